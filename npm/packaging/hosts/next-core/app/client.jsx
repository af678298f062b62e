"use client";

import dynamic from "next/dynamic";

// Packages that Next.js leaves alone on its server do not see the React that draws there, so this is left to the browser.
export const Client = dynamic(() => import("../Recogniser.jsx").then(({ Recogniser }) => Recogniser), {
  ssr: false,
});
