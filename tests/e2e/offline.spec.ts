/** The installed page: without a network, and when a new version of it comes. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, type Page, test } from "@playwright/test";
import { listed, listFiles, SERVICE_WORKER } from "../../www/plugins/offline.ts";
import { drawnPhotos } from "./files.js";
import { addClass, card, open, predict, ready, saved, teach } from "./person.js";

test.use({ serviceWorkers: "allow" });

const kept = (page: Page) => expect(page.getByText("Works offline")).toBeVisible({ timeout: 60_000 });

test("works in flight mode after the first visit, with all that was taught", async ({ page, context }) => {
  await open(page);
  await teach(page, { tomato: drawnPhotos("tomato", 0, 3), leaf: drawnPhotos("leaf", 0, 3) });
  await saved(page);
  await kept(page);
  await context.setOffline(true);
  await page.reload();
  await ready(page);
  await expect(card(page, "tomato")).toContainText("3 photos");
  expect(await predict(page, drawnPhotos("leaf", 5, 6))).toEqual(["leaf"]);
  await teach(page, { bread: drawnPhotos("bread", 0, 2) });
  await saved(page);
});

test("keeps the tokenizer of larger encoders once it was used, and not before", async ({ page, context }) => {
  const [file] = readdirSync("www/dist/larger").filter((name) => name.endsWith(".js"));
  await open(page);
  await kept(page);
  await page.reload();
  await ready(page);
  const answered = () =>
    page.evaluate(
      (path) =>
        fetch(path).then(
          ({ ok }) => ok,
          () => false,
        ),
      `larger/${file}`,
    );
  await context.setOffline(true);
  expect(await answered()).toBe(false);
  await context.setOffline(false);
  expect(await answered()).toBe(true);
  await context.setOffline(true);
  expect(await answered()).toBe(true);
});

test("can be installed", async ({ page, request }) => {
  await open(page);
  const link = page.locator("link[rel=manifest]");
  const address = await link.evaluate((element: HTMLLinkElement) => element.href);
  const manifest = await (await request.get(address)).json();
  expect(manifest).toMatchObject({ name: "handful", start_url: "./", display: "standalone" });
  for (const { src, sizes, type } of manifest.icons) {
    const icon = await request.get(new URL(src, address).href);
    expect(icon.headers()["content-type"]).toBe(type);
    if (type !== "image/png") continue;
    // Width and height stand at a fixed place in every PNG.
    const bytes = await icon.body();
    expect(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`).toBe(sizes);
  }
  const session = await page.context().newCDPSession(page);
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  // A private window, such as a test has, is the one thing that it holds against the page.
  expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual(["in-incognito"]);
});

const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** A copy of the built page on a server of its own, whose files can be changed. */
async function serveCopy(): Promise<{ folder: string; address: string; server: Server }> {
  const folder = mkdtempSync(join(tmpdir(), "handful-"));
  cpSync(fileURLToPath(new URL("../../www/dist", import.meta.url)), folder, { recursive: true });
  const server = createServer(({ url }, response) => {
    const { pathname } = new URL(url ?? "/", "http://localhost");
    try {
      const bytes = readFileSync(
        join(folder, pathname === "/" ? "index.html" : decodeURIComponent(pathname)),
      );
      response.setHeader("content-type", TYPES[extname(pathname)] ?? "text/html");
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { folder, address: `http://127.0.0.1:${port}/`, server };
}

/** Changes the page and its script together, as a new build would; without `listing`, only the files. */
function deploy(folder: string, mark: string, { listing }: { listing: boolean }): void {
  const edit = (file: string, change: (text: string) => string) =>
    writeFileSync(join(folder, file), change(readFileSync(join(folder, file), "utf8")));
  edit("index.html", (html) => html.replace(/<html lang="en"[^>]*>/, `<html lang="en" data-page="${mark}">`));
  const script = /assets\/index-[\w-]+\.js/.exec(readFileSync(join(folder, "index.html"), "utf8"))?.[0] ?? "";
  edit(
    script,
    (code) => `document.documentElement.dataset.script="${mark}";\n${code.replace(/^document.*\n/, "")}`,
  );
  if (!listing) return;
  edit(SERVICE_WORKER, (code) => listed(code.slice(code.indexOf("\n") + 1), listFiles(folder)));
}

test("never mixes two versions: the old one whole, then the new one whole", async ({ page }) => {
  const { folder, address, server } = await serveCopy();
  /** The page and the script that run are those of `mark`; a page that is being replaced is waited for. */
  const runs = async (mark: string) => {
    const root = page.locator("html");
    await expect(root).toHaveAttribute("data-page", mark);
    await expect(root).toHaveAttribute("data-script", mark);
  };
  try {
    deploy(folder, "one", { listing: true });
    await page.goto(address);
    await ready(page);
    await kept(page);
    await addClass(page, "mug");
    await saved(page);
    // Larger encoders lie in a cache of their own, which stays through all that follows.
    await page.evaluate(() => caches.open("handful-encoders"));
    const pages = () =>
      page.evaluate(async () => (await caches.keys()).filter((name) => name !== "handful-encoders"));

    // A new page is being copied to the server, and its list is there before all of its files are.
    deploy(folder, "two", { listing: true });
    deploy(folder, "half", { listing: false });
    await page.reload();
    await ready(page);
    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration();
      await registration?.update().catch(() => {});
    });
    // It tries the new one, finds files that are not those of the list, and lets it be.
    const attempts = () =>
      page.evaluate(async () => {
        const registration = await navigator.serviceWorker.getRegistration();
        return [registration?.installing, registration?.waiting].filter(Boolean).length;
      });
    await expect.poll(attempts).toBe(0);
    await runs("one");
    // A browser may try once more by itself meanwhile.
    await expect.poll(pages).toHaveLength(1);

    deploy(folder, "two", { listing: true });
    await page.reload();
    await ready(page);
    const news = page.getByRole("status").filter({ hasText: "There is a new version of this page." });
    await expect(news).toBeVisible({ timeout: 60_000 });
    await runs("one");
    await news.getByRole("button", { name: "Start it now" }).click();
    await runs("two");
    await ready(page);
    await expect(card(page, "mug")).toBeVisible();
    await expect(news).toHaveCount(0);
    expect(await pages()).toHaveLength(1);
    expect(await page.evaluate(() => caches.has("handful-encoders"))).toBe(true);
  } finally {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  }
});

test("a new version that one tab starts reloads no other, which starts it when it is told to", async ({
  page,
  context,
}) => {
  const { folder, address, server } = await serveCopy();
  const runs = (tab: Page, mark: string) => expect(tab.locator("html")).toHaveAttribute("data-script", mark);
  try {
    deploy(folder, "one", { listing: true });
    await page.goto(address);
    await ready(page);
    await kept(page);
    await page.reload();
    await ready(page);
    await addClass(page, "mug");
    await saved(page);
    const second = await context.newPage();
    await second.goto(address);
    await second.getByRole("button", { name: "Sets", exact: true }).click();
    await second.getByRole("button", { name: "New set" }).click();
    await ready(second);
    await addClass(second, "leaf");
    await saved(second);

    deploy(folder, "two", { listing: true });
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
    const news = (tab: Page) =>
      tab.getByRole("status").filter({ hasText: "There is a new version of this page." });
    await expect(news(page)).toBeVisible({ timeout: 60_000 });
    await news(page).getByRole("button", { name: "Start it now" }).click();
    await runs(page, "two");
    await ready(page);
    await expect(card(page, "mug")).toBeVisible();
    await runs(second, "one");
    await expect(card(second, "leaf")).toBeVisible();
    await expect(news(second)).toBeVisible();
    await addClass(second, "bread");
    await saved(second);
    await news(second).getByRole("button", { name: "Start it now" }).click();
    await runs(second, "two");
    await ready(second);
    await expect(card(second, "bread")).toBeVisible();
    await expect(news(second)).toHaveCount(0);
  } finally {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  }
});
