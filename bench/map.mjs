// `npm run bench:map`: how long the page's map takes to lay photos out, and how far neighbours stay neighbours, beside umap-js, in Node by
// turns. umap-js gets the principal components ready made. Processor time is counted, which other work disturbs least. Wants `npm ci` in
// bench/. Builds nothing, asserts nothing.
import { UMAP } from "umap-js";
import { createServer } from "vite";
import { numbers } from "../npm/test/numbers.mjs";
import { main } from "../scripts/shell.mjs";

/** As long as those of the shipped encoder. */
const WIDTH = 1024;
/** At most, and at least ten photos of each. */
const CLASSES = 40;
/** As many as the page asks for. */
const DIRECTIONS = 50;
const TURNS = 2;
/** Of these neighbours it is asked whether they were neighbours before. */
const NEAR = 10;

/** Rows around as many middles as there are classes. */
function drawn(count) {
  const next = numbers(1);
  const classes = Math.min(CLASSES, count / 10);
  const middles = Array.from({ length: classes }, () => Float32Array.from({ length: WIDTH }, next));
  const values = new Float32Array(count * WIDTH);
  for (let i = 0; i < values.length; i += 1)
    values[i] = middles[Math.floor(i / WIDTH) % classes][i % WIDTH] + 1.6 * next();
  return values;
}

/** The other rows, those nearest to one first. */
function others(values, width, own) {
  const square = (i) => {
    let sum = 0;
    for (let k = 0; k < width; k += 1) sum += (values[own * width + k] - values[i * width + k]) ** 2;
    return sum;
  };
  const rows = Array.from({ length: values.length / width }, (_, i) => [i, square(i)]);
  return rows
    .filter(([i]) => i !== own)
    .sort((a, b) => a[1] - b[1])
    .map(([i]) => i);
}

/** As Venna and Kaski (2001) define it, of 50 rows; 1 is the best. */
function trustworthiness(values, points) {
  const count = points.length / 2;
  const asked = Array.from({ length: 50 }, (_, i) => Math.floor((i * count) / 50));
  let sum = 0;
  for (const own of asked) {
    const ranks = new Map(others(values, WIDTH, own).map((i, rank) => [i, rank + 1]));
    for (const i of others(points, 2, own).slice(0, NEAR)) sum += Math.max(0, ranks.get(i) - NEAR);
  }
  return 1 - (2 * sum) / (asked.length * NEAR * (2 * count - 3 * NEAR - 1));
}

function timed(act) {
  const before = process.cpuUsage();
  const result = act();
  const { user, system } = process.cpuUsage(before);
  return { result, ms: (user + system) / 1000 };
}

await main(async () => {
  const server = await createServer({
    configFile: false,
    root: "www",
    server: { middlewareMode: true },
    logLevel: "error",
  });
  const { layOut } = await server.ssrLoadModule("/src/layout/layout.ts");
  const { components } = await server.ssrLoadModule("/src/layout/components.ts");
  for (const count of [60, 1000, 5000]) {
    const values = drawn(count);
    const seen = components({ values: values.slice(), width: WIDTH }, DIRECTIONS).values;
    const rows = Array.from({ length: count }, (_, i) => [
      ...seen.subarray(i * DIRECTIONS, (i + 1) * DIRECTIONS),
    ]);
    const ways = {
      handful: () => layOut({ values: values.slice(), width: WIDTH }).points,
      "umap-js": () => {
        const random = numbers(2);
        return Float32Array.from(new UMAP({ random: () => (random() + 1) / 2 }).fit(rows).flat());
      },
    };
    const least = {};
    for (let turn = 0; turn < TURNS; turn += 1) {
      for (const [name, way] of Object.entries(ways)) {
        const { result, ms } = timed(way);
        if (!(ms >= least[name]?.ms)) least[name] = { ms, trust: trustworthiness(values, result) };
      }
    }
    for (const [name, { ms, trust }] of Object.entries(least))
      console.log(`${count} photos, ${name}: ${Math.round(ms)} ms, trustworthiness ${trust.toFixed(3)}`);
  }
  await server.close();
});
