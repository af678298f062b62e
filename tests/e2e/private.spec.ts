import { expect, type Request, test } from "@playwright/test";
import { drawnPhotos } from "./files.js";
import { open, photosOf, predict, saved, teach, view } from "./person.js";

test.use({ serviceWorkers: "allow" });

test("asks nobody but its own server, and nobody at all once it is loaded", async ({
  page,
  context,
  baseURL,
}) => {
  const requests: Request[] = [];
  const sockets: string[] = [];
  context.on("request", (request) => requests.push(request));
  page.on("websocket", (socket) => sockets.push(socket.url()));
  await open(page);
  await expect(page.getByText("Works offline")).toBeVisible({ timeout: 60_000 });
  await page.waitForLoadState("networkidle");
  const origin = new URL(baseURL ?? "").origin;
  const origins = requests.map((request) => new URL(request.url()).origin);
  expect(origins.filter((own) => own !== origin)).toEqual([]);

  requests.length = 0;
  await teach(page, { tomato: drawnPhotos("tomato", 0, 3), mug: drawnPhotos("mug", 0, 3) });
  await predict(page, drawnPhotos("mug", 5, 8));
  await view(page, "Table");
  await page.getByRole("button", { name: "Save as CSV" }).click();
  await view(page, "One by one");
  await page.getByRole("button", { name: "Teach that it is mug" }).click();
  await page.getByRole("combobox", { name: "Language" }).selectOption("Deutsch");
  await page.getByRole("combobox", { name: "Sprache" }).selectOption("English");
  await page.getByRole("button", { name: "Live camera" }).click();
  await expect(page.getByLabel("Live picture")).toBeVisible();
  await saved(page);
  await page.getByRole("button", { name: "Sets", exact: true }).click();
  await page.getByRole("button", { name: "New set" }).click();
  await page.getByRole("button", { name: /^Feelings / }).click();
  await expect(photosOf(page, "angry")).toHaveCount(6);
  await saved(page);
  // Pictures that the page made itself have addresses that lead nowhere, and what it keeps for use offline is asked for again by another
  // worker, where many photos wait.
  const asked = requests.map(async (request) =>
    request.url().startsWith("blob:") || (await request.response())?.fromServiceWorker() ? "" : request.url(),
  );
  expect((await Promise.all(asked)).filter(Boolean)).toEqual([]);
  expect(sockets).toEqual([]);
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
  await expect(policy).toHaveAttribute(
    "content",
    /default-src 'self'; script-src 'self' 'wasm-unsafe-eval';/,
  );
  // Nobody but its own server, and those that have larger encoders.
  await expect(policy).toHaveAttribute(
    "content",
    /connect-src 'self' https:\/\/huggingface\.co https:\/\/\*\.hf\.co;/,
  );
  await expect(policy).toHaveAttribute("content", /require-trusted-types-for 'script'/);
  expect(complaints).toEqual([]);
});

test("lets no text become markup, code or the address of a script", async ({ page }) => {
  await open(page);
  const attempts = await page.evaluate(async () => {
    const tried = (act: () => unknown) => {
      try {
        act();
        return "done";
      } catch (error) {
        return (error as Error).name;
      }
    };
    const element = document.createElement("div");
    return {
      markup: tried(() => {
        element.innerHTML = "<b>bold</b>";
      }),
      // A test's own code may call eval, code that a timer starts may not.
      code: await new Promise((resolve) =>
        // biome-ignore lint/security/noGlobalEval: it must not work
        setTimeout(() => resolve(tried(() => globalThis.eval("1")))),
      ),
      worker: tried(() => new Worker("https://example.com/worker.js")),
      data: tried(() => new Worker("data:text/javascript,1")),
    };
  });
  expect(attempts).toEqual({
    markup: "TypeError",
    code: "EvalError",
    worker: "TypeError",
    data: "TypeError",
  });
});
