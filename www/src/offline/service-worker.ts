/**
 * Keeps the exact files of one build, so that the page works without a network. A build is stored whole or not at
 * all, each file checked against its hash; the next one waits beside it until the page asks for it, or until no
 * page is open. So no page ever gets files of two builds. A program of larger encoders is kept once it was used.
 */
import type { Build } from "../../plugins/offline.ts";

/** The part of `ServiceWorkerGlobalScope` that is used; its types cannot be mixed with those of the page. */
interface Scope {
  readonly BUILD: Build;
  readonly registration: { readonly scope: string };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: Extendable) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetch) => void): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

interface Extendable {
  waitUntil(work: Promise<unknown>): void;
}

interface Fetch {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

const scope = globalThis as unknown as Scope;
const { version, files } = scope.BUILD;
// The package keeps larger encoders in a cache of its own, which no new version of the page takes away.
const PREFIX = "handful-page-";
const NAME = `${PREFIX}${version}`;

/** Where a file of the build lies. The page itself is asked for by its folder, as visitors do. */
function addressOf(path: string): string {
  return new URL(path === "index.html" ? "./" : path, scope.registration.scope).href;
}

const addresses = new Set(Object.keys(files).map(addressOf));

async function store(): Promise<void> {
  const cache = await caches.open(NAME);
  try {
    await Promise.all(
      Object.entries(files).map(async ([path, integrity]) => {
        const address = addressOf(path);
        // A name with a hash in it never changes its contents, so what the browser has is good.
        const fresh = path.startsWith("assets/") ? "default" : "no-cache";
        const response = await fetch(address, { integrity, cache: fresh });
        if (!response.ok) throw new Error(`${address}: ${response.status}`);
        await cache.put(address, response);
      }),
    );
  } catch (error) {
    await caches.delete(NAME);
    throw error;
  }
}

/** Programs of larger encoders, of any build: a name with a hash in it never changes its contents. */
const LARGER = "handful-larger";

async function keep(request: Request): Promise<Response> {
  const cache = await caches.open(LARGER);
  const kept = await cache.match(request, { ignoreVary: true });
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}

async function forgetOthers(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== NAME);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function answer(request: Request, address: string): Promise<Response> {
  const cache = await caches.open(NAME);
  // What the browser evicted comes from the network again.
  return (await cache.match(address, { ignoreVary: true })) ?? fetch(request);
}

scope.addEventListener("install", (event) => event.waitUntil(store()));
scope.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
scope.addEventListener("message", ({ data }) => {
  if (data === "switch") void scope.skipWaiting();
});
scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const address = `${url.origin}${url.pathname.replace(/\/index\.html$/, "/")}`;
  if (request.method !== "GET") return;
  if (addresses.has(address)) event.respondWith(answer(request, address));
  else if (/\/larger\/[^/]+\.js$/.test(address)) event.respondWith(keep(request));
});
