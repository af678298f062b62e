import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Recogniser } from "./Recogniser.jsx";

createRoot(document.getElementById("root")).render(
  <StrictMode>
    <Recogniser labels={["tomato", "leaf"]} />
  </StrictMode>,
);
