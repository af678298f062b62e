/** Real photos, where they are on this machine: five classes, five photos each, twenty others asked about. */
import { expect, test } from "@playwright/test";
import { realClasses, realPhotos } from "./files.js";
import { hits, open, predict, teach } from "./person.js";

const CLASSES = 5;
const TAUGHT = 5;
const ASKED_PER_CLASS = 4;
/** Guessing gives 0.2; `handful-lite0` 0.95 and 0.9. Fewer than these are right only when something is broken. */
const FLOORS = { grocery: 0.8, clothing: 0.7 };

for (const [set, floor] of Object.entries(FLOORS)) {
  const classes = realClasses(set);

  test(`recognises real photos: ${set}`, async ({ page }) => {
    test.skip(classes.length === 0, `no photos of ${set} on this machine`);
    await open(page);
    // Spread over the set, so that neighbours in the alphabet (three sorts of apple) are not all that is asked.
    const chosen = Array.from(
      { length: CLASSES },
      (_, i) => classes[Math.floor((i * classes.length) / CLASSES)] ?? "",
    );
    await teach(page, Object.fromEntries(chosen.map((label) => [label, realPhotos(set, label, 0, TAUGHT)])));
    const asked = chosen.flatMap((label) => realPhotos(set, label, TAUGHT, TAUGHT + ASKED_PER_CLASS));
    const truth = chosen.flatMap((label) => Array<string>(ASKED_PER_CLASS).fill(label));
    const right = hits(await predict(page, asked), truth);
    console.log(`${set}: ${right} of ${truth.length} right (${chosen.join(", ")})`);
    expect(right / truth.length).toBeGreaterThanOrEqual(floor);
  });
}
