// Entry `handful/store`: sets that the browser keeps.
export { HandfulError } from "../errors.js";
export { type FoundSetFile, readSetFile, type SetFile, writeSetFile } from "./file.js";
export { StoredSet } from "./set.js";
export type { SaveState, StorageTrouble } from "./state.js";
export {
  type OpenOptions,
  type SetInfo,
  type SetKind,
  Store,
  type StoreOptions,
  type Waiting,
} from "./store.js";
