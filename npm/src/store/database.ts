// The database: saved sets with their names and the pictures of their photos; each change is one transaction. The browser may
// take it away at any time, and then whoever keeps a set in it has to be told.
import { partsOf, whole } from "./parts.js";
import { committed, result } from "./requests.js";

/** The one set of version 1, whose pictures had the id of the example alone. */
const FIRST_SET = "default";

/** Pictures that are read or written at once: thousands would hold the thread. */
const SLICE = 200;

const STORES = ["sets", "names", "pictures", "parts"] as const;

/** A small picture of an example: a JPEG file. */
export type Picture = Uint8Array<ArrayBuffer>;

/** A set in the list; `name` is empty where nobody gave one. */
export interface Named {
  readonly id: string;
  readonly name: string;
  /** When it was removed, in milliseconds since 1970; it can be had back for a while. */
  readonly deletedAt?: number;
}

/** A set as `save` wrote it, and the pictures of its photos. */
export interface Content {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly pictures: ReadonlyMap<number, Picture>;
}

/** All that there is to keep of a set. */
export interface Snapshot extends Content {
  readonly name: string;
}

/** Pictures were Blobs before: the browser keeps these as files, which some browsers cannot, and which can get lost. */
type StoredPicture = { readonly id: number } & ({ readonly bytes: Picture } | { readonly blob: Blob });

/** A set as it is stored: the names of its parts in their order. Before there were parts it was one piece. */
type SetRecord = { readonly id: string } & (
  | { readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly parts: readonly string[]; readonly mark: number }
);

/** What is stored of a set. Each write gives it another mark; what was written before there were parts has none. */
export interface Stored extends Content {
  readonly mark: number | undefined;
}

/** What was read or written last: it is stored as long as the set has its mark. */
export type Written = Omit<Stored, "pictures">;

/** The sets of one store. */
export class Database {
  readonly #name: string;
  readonly #onLost: () => void;
  #opened: Promise<IDBDatabase> | undefined;

  /** @param onLost - Called when the browser or another tab has taken the database away: what it held may be gone. */
  constructor(name: string, onLost: () => void) {
    this.#name = name;
    this.#onLost = onLost;
  }

  /** Lets the connection go, so that the next call opens another one: some browsers lose one without saying so. */
  async reconnect(): Promise<void> {
    const connection = this.#opened;
    this.#opened = undefined;
    (await connection?.catch(() => undefined))?.close();
  }

  /** What is stored of a set. */
  async read(set: string): Promise<{ named: Named | undefined; content: Stored | undefined }> {
    const transaction = (await this.#open()).transaction(STORES, "readonly");
    const [named, record, pictures] = await Promise.all([
      result<Named | undefined>(transaction.objectStore("names").get(set)),
      result<SetRecord | undefined>(transaction.objectStore("sets").get(set)),
      picturesIn(transaction.objectStore("pictures"), set),
    ]);
    if (!record) return { named, content: undefined };
    const { mark, bytes } =
      "bytes" in record
        ? { mark: undefined, bytes: record.bytes }
        : { mark: record.mark, bytes: await joined(transaction.objectStore("parts"), set, record.parts) };
    const read = await Promise.all(pictures.map(async (one) => [one.id, await bytesOf(one)] as const));
    return { named, content: { mark, bytes, pictures: new Map(read) } };
  }

  /**
   * Writes a set, and of it what is not stored yet. What the database holds of it is looked up in the same transaction: nobody else can know.
   *
   * @param last - What this gave before, or `read`.
   */
  async write(set: string, { bytes, pictures, name }: Snapshot, last?: Written): Promise<Written> {
    const written = { mark: Math.random(), bytes };
    await this.#write(async (transaction) => {
      const [, names, kept] = STORES.map((store) => transaction.objectStore(store)) as Stores;
      const named = await result(names.getKey(set));
      if (name !== "" && named === undefined) names.put({ id: set, name });
      await putParts(transaction, set, written, last);
      const keys = (await result(kept.getAllKeys(allOf(set)))) as [string, number][];
      for (const [, id] of keys) if (!pictures.has(id)) kept.delete([set, id]);
      const stored = new Set(keys.map(([, id]) => id));
      await putPictures(
        kept,
        set,
        Array.from(pictures).filter(([id]) => !stored.has(id)),
      );
    });
    return written;
  }

  /** Writes a set under the name of another one, which is removed. Gives false where that is not there. */
  async replace(old: string, set: string, { bytes, pictures }: Content): Promise<boolean> {
    let there = false;
    await this.#write(async (transaction) => {
      const now = (await listOf(transaction)).find(({ id }) => id === old);
      if (!now || now.deletedAt !== undefined) return;
      const [, names, kept] = STORES.map((store) => transaction.objectStore(store)) as Stores;
      names.put({ ...now, deletedAt: Date.now() });
      names.put({ id: set, name: now.name });
      await putParts(transaction, set, { mark: Math.random(), bytes });
      await putPictures(kept, set, Array.from(pictures));
      there = true;
    });
    return there;
  }

  /** All sets, removed ones too, in the order of their names: those that were saved, and those that have a name so far. */
  async list(): Promise<Named[]> {
    return listOf((await this.#open()).transaction(["sets", "names"], "readonly"));
  }

  /** The id of a set that has a name and was not removed; the given one becomes its id where there is none. */
  async named(name: string, id: string): Promise<string> {
    let found = id;
    await this.#write(async (transaction) => {
      const here = (await listOf(transaction)).find(
        (set) => set.name === name && set.deletedAt === undefined,
      );
      if (here) found = here.id;
      else transaction.objectStore("names").put({ id, name });
    });
    return found;
  }

  /** Changes the entry of a set in the list. Gives false where it is not there; one that is open may not be there yet. */
  async change(set: string, open: boolean, change: (now: Named) => Named): Promise<boolean> {
    let there = open;
    await this.#write(async (transaction) => {
      const now = (await listOf(transaction)).find(({ id }) => id === set);
      there ||= now !== undefined;
      if (there) transaction.objectStore("names").put(change(now ?? { id: set, name: "" }));
    });
    return there;
  }

  /** Forgets a set, its name and its pictures. */
  async clear(set: string): Promise<void> {
    await this.#write((transaction) => {
      for (const store of ["sets", "names"]) transaction.objectStore(store).delete(set);
      for (const store of ["pictures", "parts"]) transaction.objectStore(store).delete(allOf(set));
    });
  }

  /** Opens the database once; after a failure or a loss the next call tries again. */
  #open(): Promise<IDBDatabase> {
    this.#opened ??= this.#openNow().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  async #openNow(): Promise<IDBDatabase> {
    const request = indexedDB.open(this.#name, 3);
    request.onupgradeneeded = ({ oldVersion }) => upgrade(request, oldVersion);
    const database = await result(request);
    // A deletion, or a later version of the page in another tab, must not wait for this one.
    database.onversionchange = () => {
      database.close();
      this.#lose();
    };
    database.onclose = () => this.#lose();
    return database;
  }

  #lose(): void {
    this.#opened = undefined;
    this.#onLost();
  }

  /**
   * Runs a transaction that writes, and resolves when the browser has committed, so that "saved" is true even if the
   * computer stops now. All of it is done or nothing.
   */
  async #write(act: (transaction: IDBTransaction) => Promise<void> | void): Promise<void> {
    const database = await this.#open();
    const transaction = database.transaction(STORES, "readwrite", { durability: "strict" });
    const done = committed(transaction);
    try {
      await act(transaction);
    } catch (error) {
      done.catch(() => {});
      // The cause of an abort says more than what the requests say that it ended.
      if (transaction.error) throw transaction.error;
      transaction.abort();
      throw error;
    }
    await done;
  }
}

type Stores = [sets: IDBObjectStore, names: IDBObjectStore, pictures: IDBObjectStore, parts: IDBObjectStore];

function upgrade({ result: database, transaction }: IDBOpenDBRequest, oldVersion: number): void {
  database.createObjectStore("parts", { keyPath: ["set", "name"] });
  if (oldVersion === 2) return;
  if (oldVersion < 1) database.createObjectStore("sets", { keyPath: "id" });
  database.createObjectStore("names", { keyPath: "id" });
  const pictures = database.createObjectStore("pictures", { keyPath: ["set", "id"] });
  const first = oldVersion < 1 ? undefined : transaction?.objectStore("thumbnails");
  if (!first) return;
  const reading: IDBRequest<{ id: number; blob: Blob }[]> = first.getAll();
  reading.onsuccess = () => {
    for (const { id, blob } of reading.result) pictures.put({ set: FIRST_SET, id, blob });
    database.deleteObjectStore("thumbnails");
  };
}

async function listOf(transaction: IDBTransaction): Promise<Named[]> {
  const [ids, named] = await Promise.all([
    result(transaction.objectStore("sets").getAllKeys()) as Promise<string[]>,
    result<Named[]>(transaction.objectStore("names").getAll()),
  ]);
  const all = new Map<string, Named>(ids.map((id) => [id, { id, name: "" }]));
  for (const set of named) all.set(set.id, set);
  return Array.from(all.values()).sort((a, b) => a.name.localeCompare(b.name));
}

/** All pictures or parts of a set, or those after one: an array sorts after numbers and texts. */
function allOf(set: string, after?: number): IDBKeyRange {
  return IDBKeyRange.bound(after === undefined ? [set] : [set, after], [set, []], true);
}

async function picturesIn(kept: IDBObjectStore, set: string): Promise<StoredPicture[]> {
  const all: StoredPicture[] = [];
  for (;;) {
    const some = await result<StoredPicture[]>(kept.getAll(allOf(set, all.at(-1)?.id), SLICE));
    all.push(...some);
    if (some.length < SLICE) return all;
  }
}

/** Puts those parts of a set that are not stored as they are. Each is a copy: one is made when another is done. */
async function putParts(
  transaction: IDBTransaction,
  set: string,
  { mark, bytes }: Written,
  last?: Written,
): Promise<void> {
  const parts = partsOf(bytes);
  const [sets, , , kept] = STORES.map((store) => transaction.objectStore(store)) as Stores;
  const stored = await result<SetRecord | undefined>(sets.get(set));
  const before = stored && "parts" in stored ? stored : undefined;
  for (const name of before?.parts ?? []) if (!parts.has(name)) kept.delete([set, name]);
  const there = before && before.mark === last?.mark ? partsOf(last.bytes) : undefined;
  for (const [name, part] of parts) {
    const old = there?.get(name);
    if (old && indexedDB.cmp(old, part) === 0) continue;
    await result(kept.put({ set, name, bytes: part.slice() }));
  }
  sets.put({ id: set, parts: Array.from(parts.keys()), mark, savedAt: Date.now() });
}

/** A set of these parts. */
async function joined(
  kept: IDBObjectStore,
  set: string,
  names: readonly string[],
): Promise<Uint8Array<ArrayBuffer>> {
  const stored = await result<{ name: string; bytes: Uint8Array }[]>(kept.getAll(allOf(set)));
  const parts = new Map(stored.map(({ name, bytes }) => [name, bytes]));
  return whole(
    names.map((name) => {
      const part = parts.get(name);
      if (!part) throw new Error(`the part “${name}” of the set is not there`);
      return part;
    }),
  );
}

async function putPictures(
  kept: IDBObjectStore,
  set: string,
  pictures: readonly (readonly [id: number, bytes: Picture])[],
): Promise<void> {
  for (const [i, [id, bytes]] of pictures.entries()) {
    const request = kept.put({ set, id, bytes });
    if ((i + 1) % SLICE === 0) await result(request);
  }
}

async function bytesOf(picture: StoredPicture): Promise<Picture> {
  return "blob" in picture ? new Uint8Array(await picture.blob.arrayBuffer()) : picture.bytes;
}
