// `npm run bench`: how fast handful is in Chromium, beside what others do for the same job. Words after `--` choose
// parts (ask, add, train, raw); `--write` puts the whole into docs/speed.md. `npm run bench:default` measures what a visitor
// meets, prints it as JSON and puts it there too. It writes bench/dist/results.json. Nothing is asserted: figures depend on
// the machine.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildModule, buildPackage, MODULES } from "./build.mjs";
import { writeMarked } from "./marks.mjs";
import { main, ROOT, run, say, seconds, Trouble } from "./shell.mjs";
import { BROWSER_ADVICE, browsers, nodeModules, wasmTarget, wasmTools } from "./toolchain.mjs";

const DIST = join(ROOT, "bench", "dist");
const DOCUMENT = join(ROOT, "docs", "speed.md");
const COMMAND = "npm run bench -- --write";
const DEFAULT = "npm run bench:default";

async function build() {
  await nodeModules();
  await buildModule(MODULES.find(({ name }) => name === "core"));
  await buildPackage();
  const env = await wasmTarget();
  await wasmTools();
  say("Module for the bench (usually half a minute) ...");
  await run(
    "wasm-pack build --target web --release --no-pack --mode no-install --out-dir dist/module --out-name bench bench -- --locked",
    { env },
  );
  say("Packages to compare with ...");
  await run("npm ci", { cwd: join(ROOT, "bench") });
  await run("vite build --config bench/vite.config.mjs");
}

const figure = (ms) =>
  ms < 0.01 ? ms.toFixed(4) : ms < 1 ? ms.toFixed(3) : ms < 100 ? ms.toFixed(1) : ms.toFixed(0);

const least = (rows) => Math.min(...rows.map((row) => row.least));

/** A table in Markdown. Least times are compared: they are what the machine's other work disturbs least. */
function markdown({ title, rows }) {
  const peers = rows.filter(({ peer }) => peer);
  const compared = peers.length > 0;
  const lines = rows.map((row) => {
    const others = peers.filter(({ job }) => job === row.job);
    const times = row.peer ? "" : others.length > 0 ? ` ${figure(least(others) / row.least)} |` : " |";
    return `| ${row.name} | ${figure(row.median)} | ${figure(row.least)} |${compared ? times || " |" : ""}`;
  });
  const head = compared ? " times as fast as the fastest other |" : "";
  const rule = compared ? " ---: |" : "";
  return [
    `### ${title}`,
    "",
    `| | median ms | least ms |${head}`,
    `| --- | ---: | ---: |${rule}`,
    ...lines,
  ].join("\n");
}

/** What the project set itself: a row of a table that is to stay below a time, or to be so many times as fast as all others. */
const GOALS = [
  { table: "Fit, 5 × 8 × 1280", row: "amu", below: 16 },
  { table: "Fit, 46 × 16 × 1280", row: "amu", below: 250 },
  { table: "Fit, 1000 × 4 × 512", row: "naive_bayes", below: 100 },
  { table: "Fit, 1000 × 4 × 512", row: "prototype", below: 100 },
  { table: "Add one, then ask, 10 × 16 × 512", row: "amu", below: 16 },
  { table: "Add one, 46 × 16 × 512", row: "naive_bayes", below: 0.1 },
  { table: "Ask, 46 × 16 × 512", row: "auto", below: 0.3 },
  { table: "One query, 46 × 16 × 512 alone", row: "all of these", below: 0.3 },
  { table: "One query, 46 × 16 × 512", row: "all of these", below: 0.3 },
  { table: "Fit against the published recipe, 5 × 8 × 1280", row: "amu", times: 20 },
  { table: "Fit against the published recipe, 46 × 16 × 1280", row: "amu", times: 20 },
  { table: "Add one, then ask, 5 × 8 × 1280", row: "naive_bayes", times: 5 },
  { table: "Add one, then ask, 46 × 16 × 512", row: "naive_bayes", times: 5 },
  { table: "Ask, 5 × 8 × 1280", row: "naive_bayes", times: 5 },
  { table: "Ask, 46 × 16 × 512", row: "naive_bayes", times: 5 },
];

function goals(tables) {
  const lines = GOALS.flatMap(({ table, row, below, times }) => {
    const rows = tables.find(({ title }) => title === table)?.rows ?? [];
    const ours = rows.find(({ name }) => name === row);
    if (!ours) return [];
    const found = below ? ours.least : least(rows.filter(({ peer }) => peer)) / ours.least;
    const [wanted, measured] = below
      ? [`below ${below} ms`, `${figure(found)} ms`]
      : [`${times} times as fast`, `${figure(found)} times`];
    return `| ${table}: ${row} | ${wanted} | ${measured} | ${(below ? found < below : found >= times) ? "yes" : "no"} |`;
  });
  return ["### Goals", "", "| | wanted | least | met |", "| --- | ---: | ---: | --- |", ...lines].join("\n");
}

await main(async () => {
  const words = process.argv.slice(2);
  const all = words.includes("--write");
  const parts = all ? [] : words;
  await build();
  const { CHROMIUM } = await browsers();
  if (!CHROMIUM) throw new Trouble(`There is no Chromium; ${BROWSER_ADVICE}`);
  process.env.CHROMIUM = CHROMIUM;
  const { launch, serve } = await import("../npm/packaging/browser.mjs");
  const server = await serve(join(DIST, "page"));
  const browser = await launch();
  try {
    const page = await browser.newPage();
    page.on("console", (message) => message.type() === "error" && console.error(message.text()));
    await page.goto(server.address);
    await page.waitForFunction(() => window.bench);
    const since = performance.now();
    say("Measuring (usually 10 minutes) ...");
    const tables = await page.evaluate((parts) => window.bench(parts), parts);
    say(`Chromium ${browser.version()}, measured in ${seconds(since)}`);
    const results = JSON.stringify({ chromium: browser.version(), tables }, null, 2);
    writeFileSync(join(DIST, "results.json"), results);
    if (words.includes("default")) {
      const text = tables.map(markdown).join("\n\n");
      writeMarked(DOCUMENT, DEFAULT, `Chromium ${browser.version()}.\n\n${text}`);
      console.log(results);
      return;
    }
    const text = [goals(tables), ...tables.map(markdown)].join("\n\n");
    console.log(`\n${text}`);
    if (all) writeMarked(DOCUMENT, COMMAND, `Chromium ${browser.version()}.\n\n${text}`);
  } finally {
    await browser.close();
    server.close();
  }
});
