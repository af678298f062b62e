// Draws the icons of the installed page from public/favicon.svg: node www/icons/render.mjs
// Needs a Chromium; CHROMIUM names it. The pictures are committed, so that a build needs none.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";

const PUBLIC = fileURLToPath(new URL("../public/", import.meta.url));
/** `margin`: a maskable icon is cut to any shape, so its drawing keeps to the middle and its ground fills all. */
const ICONS = [
  { file: "icon-192.png", size: 192, margin: 0 },
  { file: "icon-512.png", size: 512, margin: 0 },
  { file: "icon-maskable-512.png", size: 512, margin: 0.12 },
  { file: "apple-touch-icon.png", size: 180, margin: 0.08 },
];

const svg = readFileSync(`${PUBLIC}favicon.svg`, "utf8");
const ground = /fill="(#\w+)"/.exec(svg)?.[1];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
try {
  for (const { file, size, margin } of ICONS) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    const background = margin > 0 ? ground : "transparent";
    await page.setContent(
      `<style>body{margin:0;background:${background}}svg{display:block;width:${size * (1 - 2 * margin)}px;margin:${size * margin}px}</style>${svg}`,
    );
    await page.screenshot({ path: `${PUBLIC}${file}`, omitBackground: true });
    await page.close();
  }
} finally {
  await browser.close();
}
