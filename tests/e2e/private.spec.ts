import { expect, test } from "@playwright/test";
import { drawnPhotos } from "./files.js";
import { open, photosOf, predict, saved, teach } from "./person.js";

test("asks nobody but its own server, and nobody at all once it is loaded", async ({ page, baseURL }) => {
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("websocket", (socket) => requests.push(socket.url()));
  await open(page);
  await page.waitForLoadState("networkidle");
  const origin = new URL(baseURL ?? "").origin;
  expect(requests.filter((url) => new URL(url).origin !== origin)).toEqual([]);

  requests.length = 0;
  await teach(page, { tomato: drawnPhotos("tomato", 0, 3), mug: drawnPhotos("mug", 0, 3) });
  await predict(page, drawnPhotos("mug", 5, 8));
  await saved(page);
  // Pictures that the page made itself have addresses that lead nowhere.
  expect(requests.filter((url) => !url.startsWith("blob:"))).toEqual([]);
});

test("works without a network once it is loaded", async ({ page, context }) => {
  await open(page);
  await context.setOffline(true);
  await teach(page, { tomato: drawnPhotos("tomato", 0, 2), mug: drawnPhotos("mug", 0, 2) });
  await expect(photosOf(page, "mug")).toHaveCount(2);
  await predict(page, drawnPhotos("mug", 5, 6));
  await saved(page);
});

test("breaks no rule of its own security policy", async ({ page }) => {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await open(page);
  await teach(page, { tomato: drawnPhotos("tomato", 0, 2), mug: drawnPhotos("mug", 0, 2) });
  await predict(page, drawnPhotos("mug", 5, 6));
  const policy = page.locator("meta[http-equiv=Content-Security-Policy]");
  await expect(policy).toHaveAttribute("content", /default-src 'self'; script-src 'self' 'wasm-unsafe-eval'/);
  expect(complaints).toEqual([]);
});
