/** The windows of a phone and of a desktop, in which what has to be seen is looked for. */
import { test } from "@playwright/test";

const WINDOWS = [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
];

/** Declares the same tests for each window. */
export function inEachWindow(declare: () => void): void {
  for (const viewport of WINDOWS) {
    test.describe(`${viewport.width} x ${viewport.height}`, () => {
      test.use({ viewport });
      declare();
    });
  }
}
