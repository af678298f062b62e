// The page for everyone, whatever they have asked their system for; the same steps in every engine.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { wait } from "./person.mjs";
import { addClass, listen, open, photosOf, teach } from "./steps.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** No violation of WCAG 2.2 AA, nor of axe's own advice, on the whole page or in a part of it. */
async function expectAccessible({ driver }, view, part = "html", rules = null) {
  const options = {
    resultTypes: ["violations"],
    rules: { "target-size": { enabled: true } },
    ...(rules && { runOnly: rules }),
  };
  const [found, error] = await driver.executeAsyncScript(
    `const [part, options, done] = arguments;
    ${AXE};
    axe.run(part, options).then(
      ({ violations }) =>
        done([violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" ")), ""]),
      (error) => done([[], String(error)]),
    );`,
    part,
    options,
  );
  assert.equal(error, "");
  assert.deepEqual(found, [], view);
}

/** Three classes, one with a wrong photo, and photos of none; two answers; everything that unfolds is open. */
async function unfold(person, place) {
  const { drawn } = place;
  await teach(person, place, { mug: 4, banana: 4 });
  await addClass(person, "leaf");
  await person.choose("Add photos to mug", drawn("banana", 8, 9));
  await person.count(5, ...photosOf("mug"));
  await person.choose("Add photos to None of these", drawn("bread", 0, 1));
  await person.press("button", "Photo 5 of mug");
  await person.choose("Choose photos", [...drawn("mug", 5, 6), ...drawn("leaf", 5, 6)]);
  await person.read("What is taken for what");
  // A fold may hold another.
  await wait("all folds to be open", async () => {
    const summaries = await person.run(() =>
      [...document.querySelectorAll("details:not([open]) > summary")].map((summary) => summary.click()),
    );
    return summaries.length === 0;
  });
  await person.find("table", "What single methods say of this photo");
  await person.find("listbox", "Map of 12 photos");
  await person.select("What looks at the photos", "DINOv2 small");
  await person.read("MB to download", await person.find("region", "DINOv2 small"));
}

/** Runs in the page: how wide it is, and words of which a part is not seen and cannot be scrolled to. */
function cutWords() {
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  const cut = (inner, outer) => inner.left < outer.left - 1 || inner.right > outer.right + 1;
  while (words.nextNode()) {
    const { currentNode: node } = words;
    const parent = node.parentElement;
    if (!node.data.trim() || !parent.checkVisibility() || parent.closest(".unseen, option, script")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    let outer = { left: 0, right: document.documentElement.clientWidth };
    let scrolls = false;
    for (let each = parent; each; each = each.parentElement) {
      const { overflowX } = getComputedStyle(each);
      if (overflowX === "visible") continue;
      scrolls = overflowX === "auto" || overflowX === "scroll";
      // Letters of some fonts are a little higher than their line.
      const isHigher = !scrolls && each.scrollHeight > 1.2 * each.clientHeight;
      outer = isHigher ? { left: Infinity, right: 0 } : each.getBoundingClientRect();
      break;
    }
    if (!scrolls && cut(box, outer)) found.push(`${parent.className}: ${node.data}`);
  }
  for (const field of document.querySelectorAll("input:not([type=range], [type=checkbox], [type=file])"))
    if (field.scrollWidth > field.clientWidth + 1) found.push(field.value || field.placeholder);
  const { scrollWidth, clientWidth } = document.documentElement;
  return { content: scrollWidth, room: clientWidth, cut: found };
}

const DESK = 1280;

/** The page in a frame as wide as a window is: no window of Firefox is as narrow as a phone. */
async function openFramed(person, { address }) {
  const { driver } = person;
  await driver.get(`${address}licences/NOTICE.txt`);
  await driver.executeScript((src) => {
    document.body.replaceChildren(Object.assign(document.createElement("iframe"), { src }));
  }, address);
  await driver.switchTo().frame(0);
  await resize(person, DESK);
  await wait("the page in its frame", () => driver.executeScript("return document.title !== ''"));
  await listen(driver);
  await person.read("Ready to teach");
}

async function resize({ driver }, width) {
  await driver.switchTo().parentFrame();
  await driver.executeScript((width) => {
    Object.assign(document.querySelector("iframe").style, {
      width: `${width}px`,
      height: "844px",
      border: "0",
    });
  }, width);
  await driver.switchTo().frame(0);
}

/** Words of twice the size are whole, as wide as a phone and as a desk, and nothing scrolls sideways. */
async function expectWhole(person, view) {
  const enlarge = (size) =>
    person.run((size) => document.documentElement.style.setProperty("font-size", size), size);
  await enlarge("200%");
  for (const width of [390, DESK]) {
    await resize(person, width);
    const { content, room, cut } = await person.run(cutWords);
    assert.deepEqual(cut, [], `${view}, ${width} wide`);
    assert.ok(content <= room, `${view}, ${width} wide: ${content - room} pixels too wide`);
  }
  await enlarge("");
}

export const ACCESS = {
  "axe finds nothing, whatever is open, and text of twice the size is cut nowhere": {
    wishes: [],
    async body(person, place) {
      await openFramed(person, place);
      await expectAccessible(person, "empty");
      await expectWhole(person, "empty");
      await unfold(person, place);
      await expectAccessible(person, "everything unfolded");
      await expectWhole(person, "everything unfolded");
      await person.press("tab", "Table");
      await expectAccessible(person, "table", ".answer");
      for (const [name, item] of [
        ["Sets", "New set"],
        ["More for mug", "Remove class"],
        ["Move picked photos of mug to", "banana"],
      ]) {
        await person.press("button", name);
        await person.find("button", item);
        await expectAccessible(person, name, ".menu-panel");
        await person.press("button", name);
      }
      await person.press("button", "Enlarge");
      await expectAccessible(person, "enlarged", "dialog");
    },
  },

  "in the dark, axe finds nothing, and nothing moves for those who asked for that": {
    wishes: ["dark", "still"],
    async body(person, place) {
      await open(person, place);
      // The themes differ in colours alone.
      await expectAccessible(person, "empty", "html", ["color-contrast"]);
      await unfold(person, place);
      await expectAccessible(person, "everything unfolded", "html", ["color-contrast"]);
      const moving = await person.run(() => {
        const seconds = (value) => Math.max(...value.split(",").map(Number.parseFloat));
        return [...document.querySelectorAll("*")]
          .filter((element) => {
            const { transitionDuration, animationDuration } = getComputedStyle(element);
            return seconds(transitionDuration) > 0 || seconds(animationDuration) > 0;
          })
          .map((element) => element.outerHTML.slice(0, 80));
      });
      assert.deepEqual(moving, []);
    },
  },

  "in the system's colours, what is pressed, chosen or in focus has a sign": {
    wishes: ["forced"],
    async body(person, place) {
      await open(person, place);
      await unfold(person, place);
      // The colours have contrast by themselves; in Chromium axe reads those of the page.
      const chosen = await person.run(() =>
        [...document.querySelectorAll("[aria-pressed=true], [aria-selected=true]")].map((element) => {
          const { outlineStyle, outlineWidth } = getComputedStyle(element);
          return { name: element.outerHTML.slice(0, 80), sign: outlineStyle === "none" ? "" : outlineWidth };
        }),
      );
      assert.ok(chosen.length >= 3, "a photo, an answer and a tab");
      for (const { name, sign } of chosen) assert.equal(sign, "3px", name);
      await person.tabTo("button", "Undo");
      const focus = await person.run(() => getComputedStyle(document.activeElement).outlineWidth);
      assert.equal(focus, "3px");
    },
  },
};
