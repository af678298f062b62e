import { type DownloadOptions, readBody, refuseHtml } from "./download.js";
import { HandfulError } from "./errors.js";

/** The cache that large files are kept in; `caches.delete(KEPT)` frees the disk. */
export const KEPT = "handful-encoders";

/** Bytes of a part. A broken download loses less than one; a file of hundreds of megabytes has a hundred of them. */
const PART = 4 * 1024 * 1024;

/** Most bytes of a file: what the encoder module reads at most, and a bound on what a server can make us allocate. */
const MAX_BYTES = 512 * 1024 * 1024;

/** How a file is fetched, and what is known of it. */
export interface KeepOptions extends DownloadOptions {
  /** Hexadecimal digits. */
  readonly sha256?: string | undefined;
}

/** A file as far as it is there: the first `done` of its bytes, which all belong to one version of it. */
interface Held {
  readonly bytes: Uint8Array;
  readonly done: number;
  /** The server's mark for this version of the file, or nothing where it gives none that can be trusted. */
  readonly version: string;
}

/**
 * Fetches a large file once: it is kept in parts while it arrives, so that after a broken connection, a cancelled load
 * or a closed page the download goes on where it stopped, if the server sends ranges and the file is still the same.
 *
 * A connection that breaks is taken up again at once as long as each attempt brings something.
 *
 * @throws {@link HandfulError} with code `network`, or `model-mismatch` where the sha256 is another; then nothing is kept.
 */
export async function keep(url: string, options: KeepOptions = {}): Promise<Uint8Array> {
  const shelf = await Shelf.open(url);
  let held = await shelf.read();
  while (!held || held.done < held.bytes.length) {
    const before = held?.done ?? 0;
    held = await goOn(url, shelf, held, options);
    options.signal?.throwIfAborted();
    if (held.done < held.bytes.length && held.done < before + PART)
      throw new HandfulError(
        "network",
        `The download of ${url} broke off after ${held.done} of ${held.bytes.length} bytes; load again to go on.`,
      );
  }
  await verify(url, held.bytes, options.sha256, shelf);
  options.onBytes?.(held.done, held.bytes.length);
  return held.bytes;
}

/** How much of a file is kept: its first `done` bytes, of `total`; both 0 where nothing is. */
export async function keptOf(url: string): Promise<{ done: number; total: number }> {
  return (await Shelf.open(url)).size();
}

/** Drops what is kept of a file, for one that turned out to be of no use. */
export async function forget(url: string): Promise<void> {
  await (await Shelf.open(url)).clear();
}

/** One request: for what is missing, or for all where what is there cannot be continued. */
async function goOn(
  url: string,
  shelf: Shelf,
  held: Held | undefined,
  { signal, onBytes }: KeepOptions,
): Promise<Held> {
  const start = held?.done ?? 0;
  // Asked for from the first byte on, so that the server says whether it sends ranges, and does not compress.
  const response = await request(url, start, signal);
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get("content-range") ?? "");
  if (response.status === 206 && !range) {
    // A host that does not let its `Content-Range` be read: nobody knows what this is a part of.
    hangUp(response.body);
    await shelf.clear();
    return receiveAtOnce(url, await request(url, undefined, signal), shelf, { signal, onBytes });
  }
  const partial = range !== null && response.status === 206;
  const total = Number(partial ? range[2] : lengthOf(response));
  const version = partial ? versionOf(response) : "";
  const continues =
    partial &&
    version !== "" &&
    version === held?.version &&
    Number(range[1]) === start &&
    total === held.bytes.length;
  if (held && !continues) {
    // Another version, or a server without ranges: all of it again.
    await shelf.clear();
    if (response.status !== 200) {
      hangUp(response.body);
      return goOn(url, shelf, undefined, { signal, onBytes });
    }
  }
  if (response.status === 206 && !continues && Number(range?.[1] ?? -1) !== 0)
    throw new HandfulError("network", `${url} was answered with a range that was not asked for.`);
  if (total > MAX_BYTES) {
    hangUp(response.body);
    throw tooLong(url, total);
  }
  if (total === 0) return receiveAtOnce(url, response, shelf, { signal, onBytes });
  const from: Held = held && continues ? held : { bytes: new Uint8Array(total), done: 0, version };
  return receive(url, response, shelf, from, onBytes);
}

/** @param start - The first byte to ask for; `undefined` for the whole file, which may then come compressed. */
async function request(
  url: string,
  start: number | undefined,
  signal: AbortSignal | undefined,
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, {
      headers: start === undefined ? {} : { range: `bytes=${start}-` },
      cache: "no-store",
      // Whoever has the files need not know which page asks for them.
      referrerPolicy: "no-referrer",
      signal: signal ?? null,
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new HandfulError("network", `${url} cannot be downloaded: ${String(cause)}`, { cause });
  }
  // 416: the file is shorter than what is there of it.
  if (response.ok || (response.status === 416 && start)) return response;
  throw new HandfulError("network", `${url} was answered with status ${response.status}.`);
}

/** Reads a body into the file, and keeps each part as it is complete; where the connection breaks, what came. */
async function receive(
  url: string,
  response: Response,
  shelf: Shelf,
  { bytes, done: start, version }: Held,
  onBytes: KeepOptions["onBytes"],
): Promise<Held> {
  let done = start;
  onBytes?.(done, bytes.length);
  const reader = response.body?.getReader();
  const next = async (): Promise<Uint8Array | undefined> => {
    try {
      return (await reader?.read())?.value;
    } catch {
      return undefined;
    }
  };
  for (let chunk = await next(); chunk; chunk = await next()) {
    if (done === 0) refuseHtml(url, chunk);
    if (done + chunk.length > bytes.length) {
      hangUp(reader);
      await shelf.clear();
      throw new HandfulError(
        "network",
        `${url} has more bytes than the ${bytes.length} that were announced.`,
      );
    }
    bytes.set(chunk, done);
    const complete = Math.floor(done / PART);
    done += chunk.length;
    for (let part = complete; (part + 1) * PART <= done; part += 1) await shelf.put(part, bytes, version);
    onBytes?.(done, bytes.length);
  }
  const last = Math.floor(bytes.length / PART);
  if (done === bytes.length && last * PART < done) await shelf.put(last, bytes, version);
  return { bytes, done, version };
}

/** A body of which nobody says for sure how long it will be. */
async function receiveAtOnce(
  url: string,
  response: Response,
  shelf: Shelf,
  { signal, onBytes }: KeepOptions,
): Promise<Held> {
  let bytes: Uint8Array;
  try {
    bytes = await readBody(response, (done, total) => {
      if (done > MAX_BYTES) throw tooLong(url, done);
      onBytes?.(done, total);
    });
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof HandfulError) throw cause;
    throw new HandfulError("network", `The download of ${url} broke off.`, { cause });
  }
  refuseHtml(url, bytes);
  for (let part = 0; part * PART < bytes.length; part += 1) await shelf.put(part, bytes, "");
  return { bytes, done: bytes.length, version: "" };
}

function tooLong(url: string, bytes: number): HandfulError {
  return new HandfulError("network", `${url} has ${bytes} bytes; at most ${MAX_BYTES} are taken.`);
}

/** 0 where it is not known; the length of a compressed body counts other bytes than those that arrive here. */
function lengthOf({ headers }: Response): number {
  return headers.has("content-encoding") ? 0 : Number(headers.get("content-length") ?? 0);
}

/** Reads no further. A body whose connection has broken already says so once more, which is no news. */
function hangUp(body: { cancel(): Promise<void> } | null | undefined): void {
  body?.cancel().catch(() => {});
}

/** A mark that changes with the file: a strong entity tag, else the time of its last change. */
function versionOf({ headers }: Response): string {
  const tag = headers.get("etag");
  return tag && !tag.startsWith("W/") ? tag : (headers.get("last-modified") ?? "");
}

async function verify(
  url: string,
  bytes: Uint8Array,
  sha256: string | undefined,
  shelf: Shelf,
): Promise<void> {
  // Without a secure context there is no digest; there is no cache then either, and the encoder module compares again.
  if (!sha256 || !globalThis.crypto?.subtle) return;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  const got = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (got === sha256.toLowerCase()) return;
  await shelf.clear();
  throw new HandfulError("model-mismatch", `The sha256 of ${url} should be ${sha256}, but is ${got}.`);
}

/** The parts of one file in the cache; without a cache (no secure context, no room) nothing is kept. */
class Shelf {
  readonly #url: string;
  #cache: Cache | undefined;

  private constructor(url: string, cache: Cache | undefined) {
    this.#url = url;
    this.#cache = cache;
  }

  static async open(url: string): Promise<Shelf> {
    try {
      return new Shelf(url, await globalThis.caches?.open(KEPT));
    } catch {
      return new Shelf(url, undefined);
    }
  }

  /** What is there from the beginning on. */
  async read(): Promise<Held | undefined> {
    let held: { bytes: Uint8Array; done: number; version: string } | undefined;
    for (let part = 0; !held || held.done < held.bytes.length; part += 1) {
      const response = await this.#cache?.match(this.#key(part));
      if (!response) break;
      const version = response.headers.get("x-version") ?? "";
      const total = Number(response.headers.get("x-total"));
      // Without a mark nobody knows whether what follows belongs to it; a complete file needs none.
      held ??= { bytes: new Uint8Array(total), done: 0, version };
      const bytes = new Uint8Array(await response.arrayBuffer());
      const fits = bytes.length === Math.min(PART, total - part * PART);
      if (version !== held.version || total !== held.bytes.length || !fits) break;
      held.bytes.set(bytes, held.done);
      held.done += bytes.length;
    }
    return held && (held.version !== "" || held.done === held.bytes.length) ? held : undefined;
  }

  /** As {@link read} would find it, but only the parts are counted. */
  async size(): Promise<{ done: number; total: number }> {
    let [done, total] = [0, 0];
    for (let part = 0; part === 0 || done < total; part += 1) {
      const response = await this.#cache?.match(this.#key(part));
      if (!response) break;
      total = Number(response.headers.get("x-total"));
      done = Math.min((part + 1) * PART, total);
    }
    return { done, total };
  }

  async put(part: number, file: Uint8Array, version: string): Promise<void> {
    const bytes = file.slice(part * PART, (part + 1) * PART);
    const headers = { "x-total": String(file.length), "x-version": version };
    try {
      await this.#cache?.put(this.#key(part), new Response(bytes, { headers }));
    } catch {
      // No room: what was kept of it would be in the way of others.
      await this.clear();
      this.#cache = undefined;
    }
  }

  async clear(): Promise<void> {
    const own = `${this.#key("")}`;
    for (const { url } of (await this.#cache?.keys()) ?? [])
      if (url.startsWith(own)) await this.#cache?.delete(url);
  }

  #key(part: number | ""): string {
    const url = new URL(this.#url);
    url.searchParams.set("handful-part", String(part));
    return url.href;
  }
}
