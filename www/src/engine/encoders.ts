/** The encoders that photos can be looked at with: the one that comes with the page, and larger ones on demand. */
import { Encoder, type EncoderSource, type PresetName, type Progress, preset, presetOf } from "handful";
import { deferred } from "../lately";
import { getState, set } from "../state/live";
import type { EncoderName, Offer } from "../state/state";
import { codeOf } from "./codes";

/** Set by the build of the page: whether it holds the file of our larger encoder. */
declare const HAS_LITE2: boolean;

/** What can be chosen: all, but for our larger one where the page was built without. */
export function isOffered(name: EncoderName): boolean {
  return name !== "handful-lite2" || HAS_LITE2;
}

/** Where the files of a larger encoder come from: of ours from this page. */
function sourceOf(name: PresetName): EncoderSource {
  return preset(name, name === "handful-lite2" ? { base: new URL("larger/", document.baseURI) } : {});
}

const shipped = deferred<Encoder>();
/** Larger ones in memory. */
const larger = new Map<PresetName, Encoder>();
/** Number of the last offer: what belongs to an earlier one is dropped. */
let round = 0;
let stop = new AbortController();
/** Gets the encoder that the open set waits for. */
let deliver: (encoder: Encoder) => void = () => {};

type OnBytes = (done: number, total: number) => void;

/** The encoder that comes with the page, once it is there. */
export function shippedEncoder(): Promise<Encoder> {
  return shipped.promise;
}

export async function loadShipped(signal: AbortSignal, onBytes: OnBytes): Promise<Encoder> {
  const encoder = await Encoder.load(undefined, loading(signal, onBytes));
  shipped.resolve(encoder);
  return encoder;
}

/** Which encoder made a set, as far as its id tells: whatever is no preset may be the one that comes with the page. */
export function encoderOf(saved: { readonly encoderId?: string | undefined }): EncoderName {
  return presetOf(saved) ?? "shipped";
}

/** The encoder that a set needs. A larger one is asked for first, unless all of it is on this device. */
export async function neededEncoder(name: EncoderName): Promise<Encoder> {
  if (name === "shipped") return shipped.promise;
  const there = larger.get(name);
  if (there) return there;
  const { promise, resolve } = deferred<Encoder>();
  deliver = resolve;
  await offer(name, true);
  const { offer: offered } = getState();
  if (offered?.needed && offered.kept > 0 && offered.kept === offered.total) void acceptOffer();
  return promise;
}

/** Frees the larger encoders that are not in use: a phone may have no room for two. */
export function keepOnly(used: Encoder): void {
  for (const [name, encoder] of larger) {
    if (encoder === used) continue;
    encoder.dispose();
    larger.delete(name);
  }
}

/** Says what an encoder costs; nothing but its description is fetched, from the page's own server. */
export async function offer(name: EncoderName, needed: boolean): Promise<void> {
  const mine = begin();
  const size = name === "shipped" ? { total: 0, kept: 0 } : await sizeOf(name);
  if (mine === round) set({ offer: { name, needed, ...size, status: { kind: "offered" } } });
}

/** Loads what is offered. Gives null where that is stopped or fails; what has come by then is kept. */
export async function acceptOffer(): Promise<Encoder | null> {
  const { offer: offered } = getState();
  if (!offered) return null;
  const { name, needed, kept, total } = offered;
  const mine = begin();
  // What belongs to an earlier offer is not shown any more.
  const show = (status: Offer["status"]) => {
    if (mine === round) set({ offer: { ...offered, status } });
  };
  show({ kind: "loading", done: kept, total });
  try {
    const encoder = await load(name, stop.signal, (done, total) => show({ kind: "loading", done, total }));
    if (mine !== round) return null;
    set({ offer: null });
    if (needed) deliver(encoder);
    return encoder;
  } catch (error) {
    if (mine === round) show({ kind: "failed", code: codeOf(error) });
    return null;
  }
}

/** Stops a download, or takes back an offer that nobody needs. */
export async function declineOffer(): Promise<void> {
  const { offer: offered } = getState();
  begin();
  if (offered?.needed) await offer(offered.name, true);
  else set({ offer: null });
}

/** The set that was waiting is not open any more. */
export function withdrawNeed(): void {
  if (getState().offer?.needed) set({ offer: null });
  else if (getState().offer) return;
  begin();
}

function begin(): number {
  stop.abort();
  stop = new AbortController();
  round += 1;
  return round;
}

async function load(name: EncoderName, signal: AbortSignal, onBytes: OnBytes): Promise<Encoder> {
  if (name === "shipped") return shipped.promise;
  const there = larger.get(name);
  if (there) return there;
  const encoder = await Encoder.load(sourceOf(name), loading(signal, onBytes));
  larger.set(name, encoder);
  return encoder;
}

function loading(signal: AbortSignal, onBytes: OnBytes) {
  return {
    signal,
    onProgress({ stage, done, total }: Progress) {
      if (stage === "download") onBytes(done, total);
    },
  };
}

async function sizeOf(name: PresetName): Promise<{ total: number; kept: number }> {
  try {
    return await Encoder.downloadSize(sourceOf(name));
  } catch (error) {
    // The download will say what is wrong.
    console.warn("the size of the encoder is not known", error);
    return { total: 0, kept: 0 };
  }
}
