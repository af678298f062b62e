// The database: saved sets with their names and the pictures of their photos; each change is one transaction. The browser may
// take it away at any time, and then whoever keeps a set in it has to be told.
import { committed, result } from "./requests.js";

/** The one set of version 1, whose pictures had the id of the example alone. */
const FIRST_SET = "default";

/** Pictures that are read or written at once: thousands would hold the thread. */
const SLICE = 200;

const STORES = ["sets", "names", "pictures"] as const;

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
  async read(set: string): Promise<{ named: Named | undefined; content: Content | undefined }> {
    const transaction = (await this.#open()).transaction(STORES, "readonly");
    const [named, record, pictures] = await Promise.all([
      result<Named | undefined>(transaction.objectStore("names").get(set)),
      result<Content | undefined>(transaction.objectStore("sets").get(set)),
      picturesIn(transaction.objectStore("pictures"), set),
    ]);
    if (!record) return { named, content: undefined };
    const read = await Promise.all(pictures.map(async (one) => [one.id, await bytesOf(one)] as const));
    return { named, content: { bytes: record.bytes, pictures: new Map(read) } };
  }

  /** Writes a set. What the database holds of it is looked up in the same transaction: nobody else can know. */
  async write(set: string, { bytes, pictures, name }: Snapshot): Promise<void> {
    await this.#write(async (transaction) => {
      const [sets, names, kept] = STORES.map((store) => transaction.objectStore(store)) as Stores;
      const named = await result(names.getKey(set));
      if (name !== "" && named === undefined) names.put({ id: set, name });
      // Each request copies much of a large set: one is made when another is done.
      sets.put({ id: set, bytes, savedAt: Date.now() });
      const keys = (await result(kept.getAllKeys(picturesOf(set)))) as [string, number][];
      for (const [, id] of keys) if (!pictures.has(id)) kept.delete([set, id]);
      const stored = new Set(keys.map(([, id]) => id));
      await putPictures(
        kept,
        set,
        Array.from(pictures).filter(([id]) => !stored.has(id)),
      );
    });
  }

  /** Writes a set under the name of another one, which is removed. Gives false where that is not there. */
  async replace(old: string, set: string, { bytes, pictures }: Content): Promise<boolean> {
    let there = false;
    await this.#write(async (transaction) => {
      const now = (await listOf(transaction)).find(({ id }) => id === old);
      if (!now || now.deletedAt !== undefined) return;
      const [sets, names, kept] = STORES.map((store) => transaction.objectStore(store)) as Stores;
      names.put({ ...now, deletedAt: Date.now() });
      names.put({ id: set, name: now.name });
      sets.put({ id: set, bytes, savedAt: Date.now() });
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
      transaction.objectStore("pictures").delete(picturesOf(set));
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
    const request = indexedDB.open(this.#name, 2);
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

type Stores = [sets: IDBObjectStore, names: IDBObjectStore, pictures: IDBObjectStore];

function upgrade({ result: database, transaction }: IDBOpenDBRequest, oldVersion: number): void {
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

/** All pictures of a set: an array sorts after every number. */
/** Of a set, all that come after an id. */
function picturesOf(set: string, after?: number): IDBKeyRange {
  return IDBKeyRange.bound(after === undefined ? [set] : [set, after], [set, []], true);
}

async function picturesIn(kept: IDBObjectStore, set: string): Promise<StoredPicture[]> {
  const all: StoredPicture[] = [];
  for (;;) {
    const some = await result<StoredPicture[]>(kept.getAll(picturesOf(set, all.at(-1)?.id), SLICE));
    all.push(...some);
    if (some.length < SLICE) return all;
  }
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
