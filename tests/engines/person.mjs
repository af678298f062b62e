// What a person does on a page and sees there, by role and label only.
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Key } from "selenium-webdriver";

/** Queries by role and label, which run in the page. */
const QUERIES = readFileSync(
  createRequire(import.meta.url).resolve("@testing-library/dom/dist/@testing-library/dom.umd.min.js"),
  "utf8",
);

/** What is pressed with a letter for a command. */
export const COMMAND = process.platform === "darwin" ? Key.COMMAND : Key.CONTROL;

/** Milliseconds that a page may take; far more than it takes where nothing else is running. */
const PATIENCE = 120_000;

/** Tries until something comes out that is not null, and says in the end what was waited for. */
export async function wait(what, attempt) {
  const until = performance.now() + PATIENCE;
  let last = "";
  while (performance.now() < until) {
    try {
      const found = await attempt();
      if (found !== null && found !== undefined && found !== false) return found;
    } catch (error) {
      // An element that was drawn anew meanwhile, or a page that is about to load: the next try finds it.
      if (!/Stale|NoSuch|Javascript|NotInteractable|Intercepted/i.test(error.name)) throw error;
      last = `: ${error.message}`;
    }
    await pause(100);
  }
  throw new Error(`waited in vain for ${what}${last}`);
}

export class Person {
  #files;
  #kept;
  /** @param driver a browser @param {string} files the folder of its downloads @param {string} kept one for copies of them */
  constructor(driver, files, kept) {
    this.driver = driver;
    this.#files = files;
    this.#kept = kept;
  }

  /** Runs a function in the page, which sees `TestingLibraryDom`: sent along, for Firefox keeps no globals of a script. */
  run(work, ...words) {
    return this.driver.executeScript(`${QUERIES};return (${work})(...arguments)`, ...words);
  }

  /** All elements of a role and an exact name that can be seen; any name where none is given. */
  all(role, name, within = null) {
    return this.run(
      (role, name, within) => {
        const label = name?.pattern ? new RegExp(name.pattern) : (name ?? undefined);
        const root = within ?? document.body;
        return TestingLibraryDom.queryAllByRole(root, role, label === undefined ? {} : { name: label });
      },
      role,
      name instanceof RegExp ? { pattern: name.source } : (name ?? null),
      within,
    );
  }

  /** Waits for the first of them. */
  find(role, name, within) {
    return wait(`${role} “${name ?? ""}”`, async () => (await this.all(role, name, within))[0]);
  }

  async gone(role, name, within) {
    await wait(`no ${role} “${name}”`, async () => (await this.all(role, name, within)).length === 0);
  }

  async count(expected, role, name, within) {
    let found = -1;
    await wait(`${expected} of ${role} “${name}”`, async () => {
      found = (await this.all(role, name, within)).length;
      return found === expected;
    }).catch((error) => {
      throw new Error(`${error.message}; there are ${found}`);
    });
  }

  async press(role, name, within) {
    await wait(`a press on ${role} “${name}”`, async () => {
      await (await this.find(role, name, within)).click();
      return true;
    });
  }

  /** Replaces what stands in a text field, and presses Enter. */
  async fill(name, text) {
    await this.press("textbox", name);
    await this.chord(COMMAND, "a");
    await this.keys(text, Key.ENTER);
  }

  /** Chooses an option by its words. */
  async select(name, option) {
    const box = await this.find("combobox", name);
    await wait(`option “${option}”`, async () => {
      const found = await this.find("option", option, box);
      await found.click();
      return true;
    });
  }

  /** Waits until the page, or a part of it, says something. */
  async read(words, within = null) {
    let said = "";
    await wait(`the words “${words}”`, async () => {
      said = await this.textOf(within);
      return words instanceof RegExp ? words.test(said) : said.includes(words);
    }).catch((error) => {
      throw new Error(`${error.message}; there is:\n${said}`);
    });
  }

  textOf(element = null) {
    return this.run((element) => (element ?? document.body).innerText, element);
  }

  /** Gives files to a button that opens the file chooser: to the input behind it, for a chooser is no page. */
  async choose(button, paths) {
    const input = await wait(`a file input behind “${button}”`, async () => {
      const [found] = await this.all("button", button);
      return this.run((found) => found?.parentElement.querySelector("input[type=file]"), found ?? null);
    }).catch(async (error) => {
      throw new Error(`${error.message}; there is:\n${await this.textOf()}`);
    });
    await input.sendKeys(paths.join("\n"));
  }

  /** Gives a file to an input that no button stands beside. */
  async chooseFor(label, path) {
    const input = await this.run((label) => TestingLibraryDom.getByLabelText(document.body, label), label);
    await input.sendKeys(path);
  }

  /**
   * The path of the file that comes of an action: a copy, for WebKit removes what it has written when it ends before it has noticed
   * that it is done.
   */
  async download(act) {
    const before = new Set(readdirSync(this.#files));
    await act();
    // While it is written it has another name: a hidden one at first, in Chromium. WebKit writes to the name itself.
    const isNamed = (name) => !before.has(name) && !/^\.|\.(part|crdownload|wkdownload|tmp)$/.test(name);
    let written = 0;
    const name = await wait("a download", () => {
      const name = readdirSync(this.#files).find(isNamed);
      const last = written;
      written = name ? (statSync(join(this.#files, name), { throwIfNoEntry: false })?.size ?? 0) : 0;
      return written > 0 && written === last ? name : null;
    });
    const path = join(mkdtempSync(join(this.#kept, "download-")), name);
    copyFileSync(join(this.#files, name), path);
    return path;
  }

  async keys(...keys) {
    await this.driver
      .actions()
      .sendKeys(...keys)
      .perform();
  }

  /** Keys that are pressed together. */
  async chord(key, letter) {
    await this.driver.actions().keyDown(key).sendKeys(letter).keyUp(key).perform();
  }

  /** Presses Tab until something has the focus. */
  async tabTo(role, name, { back = false } = {}) {
    for (let presses = 0; presses < 80; presses += 1) {
      const focused = await this.run(
        (role, name) =>
          TestingLibraryDom.queryAllByRole(document.body, role, { name }).includes(document.activeElement),
        role,
        name,
      );
      if (focused) return;
      if (back) await this.chord(Key.SHIFT, Key.TAB);
      else await this.keys(Key.TAB);
    }
    assert.fail(`${role} “${name}” cannot be reached by Tab`);
  }
}
