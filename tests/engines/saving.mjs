// A profile on the disk, and what happens to it: what is said is true, and what was said to be saved is there.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { smallDisk } from "./disk.mjs";
import { makeFolder, removeFolder } from "./folders.mjs";
import { wait } from "./person.mjs";
import { addClass, open, photosOf, picturesShown, reload, saved } from "./steps.mjs";

/** How often each thing happens; npm test has no time for as many as a long run. */
const KILLS = Number(process.env.KILLS ?? 3);
const CLEARINGS = Number(process.env.CLEARINGS ?? 2);
const FILLINGS = Number(process.env.FILLINGS ?? 1);

/** Photos after which a class is taught anew, so that a set stays small. */
const MOST = 12;

/** Where a page asks its server to have all thrown away that the browser keeps of it. */
const CLEAR = "/clear-site-data";

/** What the server needs for that. */
export const clearing = {
  name: "clear-site-data",
  configurePreviewServer({ middlewares }) {
    middlewares.use(CLEAR, (_request, response) => {
      response.setHeader("Clear-Site-Data", '"storage"').end();
    });
  },
};

const add = (person, paths) => person.choose("Add photos to mug", paths);

/** Has everything cleared that the browser keeps of the page: a mark of ours shows that it was. */
async function clear({ driver }) {
  const mark = () => driver.executeScript(() => localStorage.getItem("mark"));
  await driver.executeScript(() => localStorage.setItem("mark", "here"));
  assert.equal(await mark(), "here");
  await driver.executeScript((path) => fetch(path).then((r) => r.text()), CLEAR);
  await wait("an empty storage", async () => (await mark()) === null);
}

async function reopened(person, count) {
  await reload(person);
  await person.read("Ready to teach");
  await picturesShown(person, "mug", count);
}

/** A test of a browser whose profile is in a folder that is gone afterwards. */
const inFolder = (body) => async (place) => {
  const folder = makeFolder("profile");
  try {
    await body(place, folder);
  } finally {
    await place.quit();
    await removeFolder(folder);
  }
};

export const DANGERS = {
  "opens with everything that was shown as saved, whenever the browser is killed": inFolder(
    async (place, profile) => {
      const photos = place.drawn("mug", 0, MOST);
      // Photos that were shown as saved, and that may be saved too, for the browser was killed before it could say so.
      let [shown, begun] = [0, 0];
      for (let round = 0; round <= KILLS; round += 1) {
        if (round > 0 && round % 20 === 0) console.log(`  killed ${round} times`);
        const person = await place.anew(profile);
        await open(person, place);
        // The page can be ready before its set is opened.
        if (begun === 0) await addClass(person, "mug");
        else await person.find("article", "mug");
        const found = (await person.all(...photosOf("mug"))).length;
        assert.ok(
          [shown, begun].includes(found),
          `${shown} were shown as saved, ${begun} begun: ${found} are there`,
        );
        await picturesShown(person, "mug", found);
        if (round === KILLS) return;
        shown = found;
        if (shown + 2 > MOST) {
          await person.press("button", "More for mug");
          await person.press("button", "Remove class");
          await person.gone("article", "mug");
          await addClass(person, "mug");
          shown = 0;
        }
        await add(person, photos.slice(shown, shown + 1));
        await person.count(shown + 1, ...photosOf("mug"));
        await saved(person);
        shown += 1;
        begun = shown + 1;
        // The next one is killed somewhere on its way, at another point of it in each round.
        await add(person, photos.slice(shown, begun));
        await pause(((round * 37) % 101) * 4);
        await place.kill();
      }
    },
  ),

  "has as many pictures as photos when its data is cleared while it is open": inFolder(
    async (place, profile) => {
      const person = await place.anew(profile);
      await open(person, place);
      await addClass(person, "mug");
      for (let round = 0, count = 0; round <= CLEARINGS; round += 1) {
        if (round > 0) await clear(person);
        await add(person, place.drawn("mug", count, count + 2));
        count += 2;
        await person.count(count, ...photosOf("mug"));
        await saved(person);
        await reopened(person, count);
      }
    },
  ),

  "says that the disk is full, and saves by itself once there is room": async (place) => {
    const disk = smallDisk();
    if (!disk) {
      console.log("skipped: a full disk: this user may not mount a small one");
      return;
    }
    try {
      const profile = join(disk.folder, "profile");
      mkdirSync(profile);
      const person = await place.anew(profile);
      await open(person, place);
      await addClass(person, "mug");
      let count = 0;
      const addTwo = async () => {
        await add(person, place.drawn("mug", count, count + 2));
        count += 2;
        await person.count(count, ...photosOf("mug"));
      };
      await addTwo();
      await saved(person);
      for (let round = 0; round < FILLINGS; round += 1) {
        let said = "Saved";
        // What the browser had room for already, or gives back of its own, takes the first ones.
        for (let tries = 0; said === "Saved"; tries += 1) {
          assert.ok(tries < 10, "a full disk takes everything");
          disk.fill();
          await addTwo();
          said = await wait("a word on saving", async () => {
            const text = await person.textOf();
            return /\bSaved\b|Not saved/.exec(text)?.[0];
          });
        }
        disk.free();
        await saved(person);
        await reopened(person, count);
      }
    } finally {
      await place.quit();
      await disk.remove();
    }
  },
};
