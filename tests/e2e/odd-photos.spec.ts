import { expect, type Locator, test } from "@playwright/test";
import { mosaic } from "../images/jpeg.mjs";
import { drawPixels, enlarge } from "../images/photo.mjs";
import { drawnPhotos, type Upload } from "./files.js";
import { addClass, addPhotos, open, photosOf, predict, teach } from "./person.js";

const jpeg = (name: string, buffer: Buffer): Upload => ({ name, mimeType: "image/jpeg", buffer });

/** The colour of a thumbnail's corner and of its middle, as red, green and blue. */
const colours = (photo: Locator): Promise<number[][]> =>
  photo.locator("img").evaluate(async (image: HTMLImageElement) => {
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const context = canvas.getContext("2d");
    context?.drawImage(image, 0, 0);
    const at = (x: number, y: number): number[] => [...(context?.getImageData(x, y, 1, 1).data ?? [])];
    return [at(3, 3), at(canvas.width / 2, canvas.height / 2)];
  });

test("a picture with transparency lies on white", async ({ page }) => {
  await open(page);
  const bytes = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(200, 160);
    const context = canvas.getContext("2d");
    context?.arc(100, 80, 40, 0, 7);
    context?.fill();
    return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
  });
  const disc = { name: "disc.png", mimeType: "image/png", buffer: Buffer.from(bytes) };
  await teach(page, { disc: [disc] });
  const [corner, middle] = await colours(photosOf(page, "disc"));
  expect(Math.min(...(corner ?? []))).toBeGreaterThan(250);
  expect(Math.max(...(middle ?? []).slice(0, 3))).toBeLessThan(5);
});

test("a phone's photo of 108 megapixels is taught and answered, and so is one that lost its last bytes", async ({
  page,
}) => {
  await open(page);
  const large = (seed: number): Buffer =>
    mosaic(enlarge(drawPixels("mug", seed), { width: 1500, height: 1125 }));
  const small = mosaic(drawPixels("mug", 2));
  await addClass(page, "mug");
  await addPhotos(page, "mug", [jpeg("large.jpg", large(1)), jpeg("lost.jpg", small.subarray(0, -2))]);
  for (const photo of await photosOf(page, "mug").all()) {
    const [corner, middle] = await colours(photo);
    expect(corner).not.toEqual(middle);
  }
  await teach(page, { leaf: drawnPhotos("leaf", 0, 2) });
  expect(await predict(page, [jpeg("other.jpg", large(3))])).toEqual(["mug"]);
});
