// The plots of docs/results.md. Their colours stand out on white and on black alike, because a picture in a page
// cannot know which of the two it lies on.

const INK = "#757d88";
const GRID = "#8b949e40";
/** One colour a head, the same in every plot. */
const COLOURS = {
  zero_shot: "#8f7b66",
  prototype: "#3f83c9",
  knn: "#2f9296",
  tip_adapter: "#6474d9",
  logistic: "#a168cf",
  naive_bayes: "#3d9457",
  naive_bayes_full: "#86892b",
  kernel_ridge: "#b8792b",
  amu: "#d0609c",
  amu_published: "#b56576",
  uer: "#7f8790",
  fused: "#dd5633",
};

const FONT = 'font-family="system-ui, sans-serif" font-size="12"';
const round = (value) => Math.round(value * 10) / 10;

function text(x, y, words, { anchor = "start", fill = INK, weight = "normal" } = {}) {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" fill="${fill}" font-weight="${weight}">${words}</text>`;
}

function line(x1, y1, x2, y2, attributes = `stroke="${GRID}"`) {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" ${attributes}/>`;
}

function picture(width, height, title, parts) {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" ${FONT}>`,
    `<title>${title}</title>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

/** Moves labels apart that would cover each other; each keeps its place in the order. */
function spread(labels, step, lowest) {
  const sorted = [...labels].sort((a, b) => a.y - b.y);
  for (let i = 1; i < sorted.length; i++) sorted[i].y = Math.max(sorted[i].y, sorted[i - 1].y + step);
  let limit = lowest;
  for (const label of sorted.reverse()) {
    label.y = Math.min(label.y, limit);
    limit = label.y - step;
  }
}

/**
 * Accuracy over shots, a line a head, its name at the end of the line.
 * @param {string} title
 * @param {number[]} shots
 * @param {{ name: string, accuracy: (number | null)[] }[]} heads shares, in the order of the shots
 */
export function accuracyPlot(title, shots, heads) {
  const [width, height] = [640, 400];
  const area = { left: 48, right: 500, top: 36, bottom: 356 };
  const values = heads.flatMap(({ accuracy }) => accuracy.filter((value) => value !== null));
  const [low, high] = [Math.floor(Math.min(...values) * 10), Math.ceil(Math.max(...values) * 10)];
  const x = (i) => area.left + ((area.right - area.left) * i) / Math.max(shots.length - 1, 1);
  const y = (value) =>
    area.bottom - ((area.bottom - area.top) * (10 * value - low)) / Math.max(high - low, 1);
  const parts = [text(area.left, 18, title, { weight: "bold" })];
  for (let tick = low; tick <= high; tick++) {
    parts.push(line(area.left, y(tick / 10), area.right, y(tick / 10)));
    parts.push(text(area.left - 8, y(tick / 10) + 4, `${tick * 10} %`, { anchor: "end" }));
  }
  for (const [i, count] of shots.entries())
    parts.push(text(x(i), area.bottom + 18, count, { anchor: "middle" }));
  parts.push(
    text((area.left + area.right) / 2, area.bottom + 38, "examples of each class", { anchor: "middle" }),
  );
  const labels = [];
  for (const { name, accuracy } of heads) {
    const colour = COLOURS[name] ?? INK;
    const points = accuracy.flatMap((value, i) => (value === null ? [] : [[x(i), y(value)]]));
    const thick = name === "fused" ? 3.5 : 1.75;
    const path = points.map((point) => point.map(round).join(",")).join(" ");
    parts.push(`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="${thick}"/>`);
    for (const [px, py] of points)
      parts.push(`<circle cx="${round(px)}" cy="${round(py)}" r="${round(thick * 1.4)}" fill="${colour}"/>`);
    labels.push({ name, colour, end: points.at(-1), y: points.at(-1)[1] });
  }
  spread(labels, 15, area.bottom);
  for (const { name, colour, end, y: at } of labels) {
    parts.push(line(end[0] + 5, end[1], area.right + 18, at, `stroke="${colour}" stroke-width="0.75"`));
    const weight = name === "fused" ? "bold" : "normal";
    parts.push(text(area.right + 22, at + 4, name, { fill: colour, weight }));
  }
  return picture(width, height, title, parts);
}

/**
 * Reliability diagrams side by side: accuracy over confidence; the larger a point, the more answers it stands for.
 * @param {string} title
 * @param {{ name: string, ece: number, bins: { count: number, confidence: number, accuracy: number }[] }[]} sets
 */
export function reliabilityPlot(title, sets) {
  const [side, gap, left, top, columns] = [150, 46, 44, 52, 4];
  const rows = Math.ceil(sets.length / columns);
  const across = Math.min(columns, sets.length);
  const width = Math.max(left + across * (side + gap), 480);
  const height = top + rows * (side + gap + 24);
  const colour = COLOURS.prototype;
  const parts = [text(left, 18, title, { weight: "bold" })];
  for (const [number, { name, ece, bins }] of sets.entries()) {
    const [x0, y0] = [
      left + (number % columns) * (side + gap),
      top + Math.floor(number / columns) * (side + gap + 24),
    ];
    const y1 = y0 + side;
    parts.push(text(x0, y0 - 8, `${name}, ECE ${(100 * ece).toFixed(1)} %`));
    for (const share of [0, 0.5, 1]) {
      parts.push(line(x0, y1 - share * side, x0 + side, y1 - share * side));
      parts.push(line(x0 + share * side, y0, x0 + share * side, y1));
      parts.push(text(x0 - 6, y1 - share * side + 4, share, { anchor: "end" }));
      parts.push(text(x0 + share * side, y1 + 16, share, { anchor: "middle" }));
    }
    parts.push(line(x0, y1, x0 + side, y0, `stroke="${INK}" stroke-dasharray="4 3"`));
    const all = bins.reduce((sum, { count }) => sum + count, 0);
    const points = bins
      .filter(({ count }) => count > 0)
      .map(({ count, confidence, accuracy }) => ({
        x: round(x0 + side * confidence),
        y: round(y1 - side * accuracy),
        r: round(2 + 7 * Math.sqrt(count / all)),
      }));
    const path = points.map(({ x, y }) => `${x},${y}`).join(" ");
    parts.push(`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>`);
    for (const { x, y, r } of points)
      parts.push(`<circle cx="${x}" cy="${y}" r="${r}" fill="${colour}" fill-opacity="0.7"/>`);
  }
  parts.push(
    text(left, height - 6, "across: probability of the answer; up: share of answers that are right"),
  );
  return picture(width, height, title, parts);
}
