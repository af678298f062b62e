import { LESS_THAN } from "./compile.js";
import { HandfulError } from "./errors.js";

/** How a file is fetched. */
export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told how many bytes have come, of how many (0 where it is not known). */
  readonly onBytes?: ((done: number, total: number) => void) | undefined;
}

/** Fetches a file of an encoder. */
export async function download(url: string, { signal, onBytes }: DownloadOptions = {}): Promise<Uint8Array> {
  // Bundlers inline small files as data URLs; reading them here needs no `connect-src data:` in the page's CSP.
  if (url.startsWith("data:")) return decodeDataUrl(url);
  let bytes: Uint8Array;
  try {
    const response = await fetch(url, { signal: signal ?? null });
    if (!response.ok)
      throw new HandfulError("network", `${url} was answered with status ${response.status}.`);
    bytes = await readBody(response, onBytes);
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof HandfulError) throw cause;
    throw new HandfulError("network", `${url} cannot be downloaded: ${String(cause)}`, { cause });
  }
  refuseHtml(url, bytes);
  return bytes;
}

/** Reads a body to its end, however long it turns out to be. */
export async function readBody(
  response: Response,
  onBytes?: (done: number, total: number) => void,
): Promise<Uint8Array> {
  // The length counts compressed bytes, what arrives here is decompressed: then the total is not known.
  const compressed = response.headers.has("content-encoding");
  const total = compressed ? 0 : Number(response.headers.get("content-length") ?? 0);
  const chunks: Uint8Array[] = [];
  let done = 0;
  onBytes?.(0, total);
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    chunks.push(part.value);
    done += part.value.length;
    onBytes?.(done, done > total ? 0 : total);
  }
  const bytes = new Uint8Array(done);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** What a server answers for an address that it does not know, without saying so. */
export function refuseHtml(url: string, bytes: Uint8Array): void {
  if (bytes[0] !== LESS_THAN) return;
  throw new HandfulError(
    "network",
    `${url} is an HTML page: the URL is wrong, and the server answers unknown addresses with a page.`,
  );
}

function decodeDataUrl(url: string): Uint8Array {
  const comma = url.indexOf(",");
  const body = url.slice(comma + 1);
  const text = decodeURIComponent(body);
  if (!url.slice(0, comma).endsWith(";base64")) return new TextEncoder().encode(text);
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
