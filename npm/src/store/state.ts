// What is told of saving.
import { HandfulError } from "../errors.js";

/**
 * Why a set is not saved, or a store cannot be used; see {@link StoredSet.state}.
 *
 * | reason | what it means |
 * | --- | --- |
 * | `blocked` | this browser lets the page keep nothing, as in some private windows |
 * | `full` | there is no room |
 * | `newer` | another tab has a later version of the database, which this one cannot read |
 * | `slow` | the browser has not answered for five seconds, as while another tab holds the database |
 * | `failed` | anything else |
 */
export type StorageTrouble = "blocked" | "full" | "newer" | "slow" | "failed";

/** Where a set stands that is open; see {@link StoredSet.state}. */
export type SaveState =
  /** It is new and was not changed: there is nothing to save. */
  | { readonly kind: "idle" }
  | { readonly kind: "saving" }
  /** The browser has written all of it to its disk. */
  | { readonly kind: "saved" }
  /** It is not saved. That is tried again by itself, unless what is stored could not be read: see `Store.open`. */
  | {
      readonly kind: "failed";
      readonly reason: StorageTrouble;
      /** What the browser threw; `undefined` while it is slow. */
      readonly cause: unknown;
    }
  /** Another tab has it now, with all that was saved. The classifier here was disposed of. */
  | { readonly kind: "elsewhere" };

/** The state of what could not be saved or read. */
export type Failure = SaveState & { readonly kind: "failed" };

export function failed(cause: unknown): Failure {
  return { kind: "failed", reason: reasonOf(cause), cause };
}

/** The error of a call that needs the database. */
export function storageError(cause: unknown): HandfulError {
  return new HandfulError("storage", `The browser's storage failed (${reasonOf(cause)}): ${String(cause)}`, {
    cause,
  });
}

function reasonOf(error: unknown): StorageTrouble {
  const name = error instanceof Error ? error.name : "";
  if (name === "QuotaExceededError") return "full";
  if (name === "VersionError") return "newer";
  const blocked = ["SecurityError", "InvalidStateError", "NotAllowedError", "ReferenceError"].includes(name);
  return blocked || isAllBlocked() ? "blocked" : "failed";
}

/** Whether a person lets pages keep nothing at all: then Chromium's database fails by no name that says so. */
function isAllBlocked(): boolean {
  try {
    void globalThis.localStorage;
    return false;
  } catch {
    return true;
  }
}
