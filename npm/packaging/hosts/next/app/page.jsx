"use client";

// The component of examples/react. It is drawn on the server first, where the package is imported too.
import { Recogniser } from "../Recogniser.jsx";

export default function Page() {
  return <Recogniser labels={["tomato", "leaf"]} />;
}
