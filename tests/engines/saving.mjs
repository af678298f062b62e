// A profile on the disk, and what happens to it: what the store says is true, and what was said to be saved is there.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { CLEAR } from "../../npm/packaging/browser.mjs";
import { smallDisk } from "./disk.mjs";
import { makeFolder, removeFolder } from "./folders.mjs";
import { wait } from "./person.mjs";
import { listen } from "./steps.mjs";

/** How often each thing happens; npm test has no time for as many as a long run. */
const KILLS = Number(process.env.KILLS ?? 3);
const CLEARINGS = Number(process.env.CLEARINGS ?? 2);
const FILLINGS = Number(process.env.FILLINGS ?? 1);

/** Examples after which a class is taught anew, so that a set stays small. */
const MOST = 12;

/** Does what `package/keep.js` offers. */
async function call({ driver }, what, ...values) {
  const [value, error] = await driver.executeAsyncScript(
    `const [what, values, done] = arguments;
    window.keep[what](...values).then((value) => done([value, ""]), (error) => done([null, String(error)]));`,
    what,
    values,
  );
  assert.equal(error, "");
  return value;
}

async function ready(person) {
  await listen(person.driver);
  await wait("the set", () => person.driver.executeScript("return Boolean(window.keep)"));
}

async function open(person, { site }) {
  await person.driver.manage().setTimeouts({ script: 60_000 });
  await person.driver.get(`${site}/keep.html`);
  await ready(person);
}

const state = (person) => call(person, "state");
const saved = (person) => wait("all to be saved", async () => (await state(person)) === "saved");

/** Has everything cleared that the browser keeps of the page: a mark of ours shows that it was. */
async function clear({ driver }) {
  const mark = () => driver.executeScript(() => localStorage.getItem("mark"));
  await driver.executeScript(() => localStorage.setItem("mark", "here"));
  assert.equal(await mark(), "here");
  await driver.executeScript((path) => fetch(path).then((r) => r.text()), CLEAR);
  await wait("an empty storage", async () => (await mark()) === null);
}

async function reopened(person, count) {
  await person.driver.navigate().refresh();
  await ready(person);
  assert.equal(await call(person, "count"), count);
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
  "opens with everything that was said to be saved, whenever the browser is killed": inFolder(
    async (place, profile) => {
      // Examples that were said to be saved, and that may be saved too, for the browser was killed before it could say so.
      let [told, begun] = [0, 0];
      for (let round = 0; round <= KILLS; round += 1) {
        if (round > 0 && round % 20 === 0) console.log(`  killed ${round} times`);
        const person = await place.anew(profile);
        await open(person, place);
        const found = await call(person, "count");
        assert.ok([told, begun].includes(found), `${told} were saved, ${begun} begun: ${found} are there`);
        if (round === KILLS) return;
        told = found;
        if (told + 2 > MOST) {
          await call(person, "empty");
          told = 0;
        }
        await call(person, "add", 1);
        await saved(person);
        told += 1;
        begun = told + 1;
        // The next one is killed somewhere on its way, at another point of it in each round.
        await call(person, "add", 1);
        await pause(((round * 37) % 101) * 4);
        await place.kill();
      }
    },
  ),

  "has as many pictures as examples when its data is cleared while it is open": inFolder(
    async (place, profile) => {
      const person = await place.anew(profile);
      await open(person, place);
      for (let round = 0, count = 0; round <= CLEARINGS; round += 1) {
        if (round > 0) await clear(person);
        await call(person, "add", 2);
        count += 2;
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
      await call(person, "add", 2);
      let count = 2;
      await saved(person);
      for (let round = 0; round < FILLINGS; round += 1) {
        let said = "saved";
        // What the browser had room for already, or gives back of its own, takes the first ones.
        for (let tries = 0; said === "saved"; tries += 1) {
          assert.ok(tries < 10, "a full disk takes everything");
          disk.fill();
          await call(person, "add", 2);
          count += 2;
          said = await wait("a word on saving", async () => {
            const now = await state(person);
            return ["saved", "failed"].includes(now) && now;
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
