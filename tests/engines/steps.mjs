// Steps on the page that its tests share.
import { wait } from "./person.mjs";

/**
 * Has the page write down what goes wrong in it and nobody hears, from now on: plain WebDriver runs nothing before a page does.
 * It is kept in the session's storage, which a reload leaves, and where Firefox shows it to another script.
 */
export const listen = (driver) =>
  driver.executeScript(() => {
    for (const kind of ["error", "unhandledrejection"])
      addEventListener(kind, ({ message, reason }) => {
        const said = `${kind}: ${message ?? reason?.stack ?? reason}\n`;
        sessionStorage.setItem("unheard", (sessionStorage.getItem("unheard") ?? "") + said);
      });
  });

/** What went wrong unheard in the page that a browser shows; empty if nothing did. */
export const unheard = (driver) =>
  driver.executeScript(() => (document.title ? (sessionStorage.getItem("unheard") ?? "") : ""));

export async function open(person, { address }) {
  await person.driver.get(address);
  await listen(person.driver);
  await person.read("Ready to teach");
}

export async function reload(person) {
  await person.driver.navigate().refresh();
  await listen(person.driver);
}

export const photosOf = (label) => ["button", new RegExp(`^Photo \\d+ of ${label}$`)];

export async function addClass(person, label) {
  await person.fill("Name of a new class", label);
  await person.find("article", label);
}

export async function teach(person, { drawn }, counts) {
  for (const [label, count] of Object.entries(counts)) {
    await addClass(person, label);
    await person.choose(`Add photos to ${label}`, drawn(label, 0, count));
    await person.count(count, ...photosOf(label));
  }
}

/** Asks about one photo; gives the class at the top of the bars. */
export async function ask(person, [path]) {
  const answer = await person.find("region", "Answer");
  await person.choose("Choose photos", [path]);
  await person.find("img", `Your photo ${path.split("/").at(-1)}`);
  const bars = await person.find("list", "How likely each class is", answer);
  const best = await person.find("listitem", undefined, bars);
  return (await person.textOf(best)).split("\n")[0];
}

/** Waits until all is stored, as the page says in its language: what was not is gone after a reload. */
export const saved = (person, word = "Saved") => person.read(new RegExp(`\\b${word}\\b`));

export async function menu(person, item) {
  await person.press("button", "Sets");
  await person.press("button", item);
}

/** Every photo is shown by a picture that has arrived. */
export async function picturesShown(person, label, count) {
  await person.count(count, ...photosOf(label));
  const shown = async () => {
    const photos = await person.all(...photosOf(label));
    const widths = await Promise.all(
      photos.map((photo) => person.run((photo) => photo.querySelector("img")?.naturalWidth ?? 0, photo)),
    );
    return widths.length === count && widths.every((width) => width > 0);
  };
  await wait(`${count} pictures of ${label}`, shown);
}
