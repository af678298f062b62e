/** Teach a set anew with another encoder: it gives its place to the new set, and Undo brings it back. */
import type { Encoder, Lost } from "handful";
import { codeOf } from "../engine/codes";
import { acceptOffer, shippedEncoder } from "../engine/encoders";
import { type Origin, recordOrigin } from "../engine/journal";
import { tellLeftOut } from "../engine/problems";
import { type Anew, teachAnew } from "../engine/reteaching";
import { saved } from "../engine/set";
import { getState, set, subscribe } from "../state/live";
import { store } from "../store/sets";
import { text } from "../text";
import { kept, openListed, stays } from "./sets";
import { showToast } from "./toast";

export { stopTeachingAnew as stopReteaching } from "../engine/reteaching";

/** With the encoder that comes with the page. */
export async function reteachHere(): Promise<void> {
  await reteach(await shippedEncoder());
}

/** With the encoder that is offered, once it is loaded. */
export async function reteachWithOffered(): Promise<void> {
  const encoder = await acceptOffer();
  if (encoder) await reteach(encoder);
}

async function reteach(encoder: Encoder): Promise<void> {
  await nothingOnItsWay();
  await kept(async () => {
    if (!(await saved())) return stays();
    const { setId: before } = getState();
    const anew = await teach(encoder);
    if (!anew) return false;
    const now = await store.replace(before, anew);
    recordOrigin({ set: now, before, action: { words: () => text.did.reteach } });
    if (!(await openListed(now))) return false;
    for (const lost of anew.lost) tellLost(lost);
    showToast(text.encoder.retaught(anew.photos), "step");
    return true;
  });
}

/** Resolves when all photos that were given to the set are in it: in the new one nobody would miss them. */
function nothingOnItsWay(): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (getState().teaching) return;
      end();
      resolve();
    };
    const end = subscribe(look);
    look();
  });
}

/** The new set; null where there is none, of which the person is told unless they stopped it. */
async function teach(encoder: Encoder): Promise<Anew | null> {
  try {
    const anew = await teachAnew(encoder);
    if (!anew || anew.photos > 0) return anew;
    showToast(text.encoder.noPictures, null);
  } catch (error) {
    console.warn("the set could not be taught anew", error);
    showToast(text.codes[codeOf(error)], null);
  }
  return null;
}

function tellLost({ id, label, reason }: Lost): void {
  tellLeftOut([id === undefined ? text.encoder.words(label) : text.encoder.photo(label)], reason.code);
}

/** The set that gave its place away has it again. */
export async function takeBack({ set: now, before, action }: Origin): Promise<void> {
  await kept(async () => {
    if (!(await saved())) return stays();
    await store.restore(before);
    await store.remove(now);
    if (!(await openListed(before))) return false;
    // What was left out is there again.
    set({ problems: [] });
    showToast(text.history.undone(action.words(0)), null);
    return true;
  });
}
