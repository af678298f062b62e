// `npm run lighthouse`: Lighthouse's audits of the page that is built, as a phone on a slow network would load it and as a desk
// would: in Chromium, scores of 100. Wants `npm ci` in bench/. Builds nothing, asserts nothing.
import { launch } from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";
import { serve } from "../scripts/serve.mjs";
import { main, Trouble } from "../scripts/shell.mjs";
import { BROWSER_ADVICE, browsers } from "../scripts/toolchain.mjs";

const SCORES = ["performance", "accessibility", "best-practices"];
const TIMES = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time"];

await main(async () => {
  const { CHROMIUM } = await browsers();
  if (!CHROMIUM) throw new Trouble(`There is no Chromium; ${BROWSER_ADVICE}`);
  const address = await serve(0);
  const chromeFlags = ["--headless=new", "--no-sandbox"];
  const chrome = await launch({ chromePath: CHROMIUM, chromeFlags });
  try {
    console.log(`| | ${SCORES.concat(TIMES).join(" | ")} |`);
    console.log(`|${" --- |".repeat(1 + SCORES.length + TIMES.length)}`);
    for (const [name, config] of [
      ["phone", undefined],
      ["desk", desktopConfig],
    ]) {
      const { lhr } = await lighthouse(address, { port: chrome.port, onlyCategories: SCORES }, config);
      const scores = SCORES.map((score) => Math.round(100 * lhr.categories[score].score));
      const times = TIMES.map((time) => lhr.audits[time].displayValue.replace("\u00a0", " "));
      console.log(`| ${name} | ${[...scores, ...times].join(" | ")} |`);
    }
  } finally {
    chrome.kill();
  }
  process.exit();
});
