/**
 * Places in the plane where neighbours stay neighbours. Each point and its nearest rows draw each other closer, and it and others drawn by
 * chance push each other away, as in LargeVis (Tang et al. 2016), with the likeness of t-SNE, 1 / (1 + d²), and all neighbours
 * alike: weights of their own change next to nothing (Damrich and Hamprecht, "On UMAP's true loss function", 2021).
 */
import { createNumbers } from "../numbers";

/** Times that each pair of neighbours is looked at. */
const ROUNDS = 100;
/** Points drawn by chance for each pair. */
const STRANGERS = 3;
/** How much more a stranger pushes than a neighbour draws; LargeVis has the same. */
const PUSH = 7;
/** So near, as a square, strangers push no harder. */
const NEAR = 0.1;
/** The farthest that one step goes, at first. */
const STEP = 4;

/** Moves `points`, x and y by turns, of which each has `count` neighbours. */
export function embed(points: Float32Array, neighbours: Uint32Array): void {
  const rows = points.length / 2;
  const count = neighbours.length / rows;
  const random = createNumbers(2);
  for (let round = 0; round < ROUNDS; round += 1) {
    const rate = 1 - round / ROUNDS;
    for (let pair = 0; pair < neighbours.length; pair += 1) {
      const own = 2 * Math.floor(pair / count);
      const other = 2 * (neighbours[pair] as number);
      let dx = (points[own] as number) - (points[other] as number);
      let dy = (points[own + 1] as number) - (points[other + 1] as number);
      const pull = (-2 * rate) / (1 + dx * dx + dy * dy);
      (points[own] as number) += pull * dx;
      (points[own + 1] as number) += pull * dy;
      (points[other] as number) -= pull * dx;
      (points[other + 1] as number) -= pull * dy;
      for (let n = 0; n < STRANGERS; n += 1) {
        const stranger = 2 * Math.floor(random() * rows);
        if (stranger === own) continue;
        dx = (points[own] as number) - (points[stranger] as number);
        dy = (points[own + 1] as number) - (points[stranger + 1] as number);
        const square = dx * dx + dy * dy;
        const push = (2 * PUSH) / ((NEAR + square) * (1 + square));
        dx = rate * bounded(push * dx);
        dy = rate * bounded(push * dy);
        (points[own] as number) += dx;
        (points[own + 1] as number) += dy;
        (points[stranger] as number) -= dx;
        (points[stranger + 1] as number) -= dy;
      }
    }
  }
}

function bounded(step: number): number {
  return Math.max(-STEP, Math.min(STEP, step));
}
