"use client";

// The component of examples/react, unchanged. It is drawn on the server first, where the package is imported too.
export { Recogniser as Client } from "../Recogniser.jsx";
