/** How photos are counted and placed, without a page. */
import { expect, test } from "@playwright/test";
import { INITIAL, NONE_KEY, type Outcome, type Reading } from "../../www/src/state/state.js";
import { canHelpEachOther, placeOf, tally, taughtAs, unlabelled } from "../../www/src/state/updates.js";
import { de } from "../../www/src/text/de.js";
import { en } from "../../www/src/text/en.js";
import { zh } from "../../www/src/text/zh.js";

function answered(probability: number, foreign = false): Outcome {
  const scores = [
    { label: "pear", probability },
    { label: "plum", probability: 1 - probability },
  ];
  const timings = { decode: 0, preprocess: 0, encode: 0, classify: 0 };
  return {
    kind: "answered",
    answer: { scores, candidates: [], foreign, unscored: [], timings },
  };
}

function reading(id: number, outcome: Outcome, taught: number | null = null): Reading {
  return { id, path: "", thumbnail: null, taught, outcome };
}

test("counts answers, and says so in every language", () => {
  const outcomes: Outcome[] = [
    answered(0.9),
    answered(0.6),
    answered(0.99),
    answered(0.9, true),
    { kind: "failed", code: "not-an-image" },
    { kind: "thin" },
    { kind: "waiting" },
  ];
  const counts = tally(
    outcomes.map((outcome, id) => reading(id, outcome)),
    0.7,
  );
  expect(counts).toEqual({ sure: 2, unsure: 1, none: 1, unanswered: 2, waiting: 1 });
  expect(en.answer.counts(6, counts)).toBe("6 photos: 2 sure, 1 unsure, 1 none, 2 without an answer");
  expect(de.answer.counts(6, counts)).toBe("6 Fotos: 2 sicher, 1 unsicher, 1 keins davon, 2 ohne Antwort");
  expect(zh.answer.counts(6, counts)).toBe("6 张照片：2 张确定，1 张不确定，1 张都不是，2 张没有答案");
  expect(en.answer.counts(2, { sure: 2, unsure: 0, none: 0, unanswered: 0 })).toBe("2 photos: 2 sure");
});

test("twenty photos help each other, with the automatic method", () => {
  expect(canHelpEachOther(INITIAL, 20)).toBe(true);
  expect(canHelpEachOther(INITIAL, 19)).toBe(false);
  expect(canHelpEachOther({ ...INITIAL, head: "knn" }, 20)).toBe(false);
});

test("knows where a photo was taught: in a class, beside all of them, or not any more", () => {
  const item = { key: 7, label: "pear", count: 1, ids: [], enabled: true, named: false };
  const readings = [1, 2, 3, 4].map((id) => reading(id, answered(0.9), id === 4 ? null : id + 10));
  const state = {
    ...INITIAL,
    classes: [item],
    examples: [{ id: 11, label: "pear" }],
    negatives: [12],
    readings,
  };
  expect([1, 2, 3, 4].map((id) => taughtAs(state, id))).toEqual(["pear", null, undefined, undefined]);
  expect(unlabelled(state).map(({ id }) => id)).toEqual([3, 4]);
  expect([7, NONE_KEY, 8, null].map((key) => placeOf(state, key))).toEqual([
    "pear",
    null,
    undefined,
    undefined,
  ]);
});
