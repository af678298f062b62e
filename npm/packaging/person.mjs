// What a person does on a page made with the package: shows it drawn photos of two things, then asks about others.
import { drawPhoto } from "../../tests/images/photo.mjs";
import { launch } from "./browser.mjs";

/** Milliseconds that the page may take; it takes a few seconds where nothing else is running. */
const PATIENCE = 90_000;

const photos = (thing, ...seeds) =>
  seeds.map((seed) => ({
    name: `${thing}-${seed}.png`,
    mimeType: "image/png",
    buffer: drawPhoto(thing, seed),
  }));

/**
 * Teaches the page at an address and asks it. It has a file input for each label and one for the question, in a
 * fieldset that is enabled when it is ready; counts its examples; and answers in an `<output>`, the label first.
 *
 * @returns {Promise<string[]>} what the page asked the network for
 */
export async function teachAndAsk(address) {
  const browser = await launch();
  const requests = [];
  const complaints = [];
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.context().on("request", (request) => requests.push(request.url()));
    page.on("pageerror", (error) => complaints.push(error.stack));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(`${message.text()} (${message.location().url})`);
    });
    try {
      await page.goto(address);
      await page.locator("fieldset:enabled").waitFor();
      for (const label of ["tomato", "leaf"]) {
        await page.getByLabel(label).setInputFiles(photos(label, 0, 1, 2, 3));
        await page.getByText(`4 × ${label}`).waitFor();
      }
      // Each label another than the one before, so that no old answer is taken for a new one.
      for (const [label, seed] of [
        ["leaf", 5],
        ["tomato", 5],
        ["leaf", 6],
      ]) {
        await page.getByLabel("What is it?").setInputFiles(photos(label, seed));
        await page.getByRole("status").filter({ hasText: new RegExp(`^\\s*${label}`) }).waitFor();
      }
    } catch (error) {
      const shown = await page.locator("body").innerText().catch(() => "");
      throw new Error([error.message, shown, ...complaints].join("\n"));
    }
  } finally {
    await browser.close();
  }
  if (complaints.length > 0) throw new Error(`it works, but complains:\n${complaints.join("\n")}`);
  const strangers = requests.filter((url) => !["127.0.0.1", "localhost", ""].includes(new URL(url).hostname));
  if (strangers.length > 0) throw new Error(`requests left this machine: ${strangers.join()}`);
  return requests;
}
