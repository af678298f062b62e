/**
 * IndexedDB: saved sets with their names and the thumbnails of their examples; each change is one transaction. The
 * browser may take the database away at any time, and then whoever keeps a set in it has to be told.
 */
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from "idb";

/** The set that every visitor has first; version 1 had no other. */
export const FIRST_SET = "default";

/** A set in the list; `name` is empty where nobody gave one. */
export interface NamedSet {
  id: string;
  name: string;
  /** When it was deleted, in milliseconds since 1970; it can be had back for a while. */
  deletedAt?: number;
}

export interface StoredSet {
  bytes: Uint8Array<ArrayBuffer>;
  thumbnails: Map<number, Uint8Array<ArrayBuffer>>;
}

/** All that there is to keep of a set. */
export interface Snapshot extends StoredSet {
  /** Empty where nobody gave one. */
  name: string;
}

interface Picture {
  set: string;
  id: number;
  /** JPEG. */
  bytes: Uint8Array<ArrayBuffer>;
}

/** As pictures were stored before: the browser keeps a Blob as a file, which some browsers cannot, and which can get lost. */
type OldPicture = Omit<Picture, "bytes"> & { blob: Blob };

interface Schema extends DBSchema {
  sets: { key: string; value: { id: string; bytes: Uint8Array<ArrayBuffer>; savedAt: number } };
  names: { key: string; value: NamedSet };
  pictures: { key: [set: string, id: number]; value: Picture | OldPicture };
}

/** Version 1 had one set, and its thumbnails by the id of the example alone. */
interface FirstSchema extends DBSchema {
  thumbnails: { key: number; value: { id: number; blob: Blob } };
}

const ALL = ["sets", "names", "pictures"] as const;

type Stores = (typeof ALL)[number][];

let opened: Promise<IDBPDatabase<Schema>> | null = null;
const losses = new Set<() => void>();

/** Called when the browser or another tab has taken the database away: what it held may be gone. */
export function onDatabaseLost(listener: () => void): void {
  losses.add(listener);
}

/** Opens the database once; after a failure or a loss the next call tries again. */
function open(): Promise<IDBPDatabase<Schema>> {
  opened ??= openNow().catch((error: unknown) => {
    opened = null;
    throw error;
  });
  return opened;
}

function openNow(): Promise<IDBPDatabase<Schema>> {
  return openDB<Schema>("handful", 2, {
    async upgrade(database, oldVersion, _, transaction) {
      if (oldVersion < 1) database.createObjectStore("sets", { keyPath: "id" });
      database.createObjectStore("names", { keyPath: "id" });
      const pictures = database.createObjectStore("pictures", { keyPath: ["set", "id"] });
      if (oldVersion < 1) return;
      const first = transaction as unknown as IDBPTransaction<FirstSchema, ["thumbnails"], "versionchange">;
      for (const { id, blob } of await first.objectStore("thumbnails").getAll())
        void pictures.put({ set: FIRST_SET, id, blob });
      (database as unknown as IDBPDatabase<FirstSchema>).deleteObjectStore("thumbnails");
    },
    // A deletion, or a later version of the page in another tab, must not wait for this one.
    blocking(_current, _wanted, { target }) {
      (target as IDBDatabase).close();
      lose();
    },
    terminated: lose,
  });
}

function lose(): void {
  opened = null;
  for (const listener of losses) listener();
}

/** Lets the connection go, so that the next call opens another one: some browsers lose one without saying so. */
export async function reconnect(): Promise<void> {
  const connection = opened;
  opened = null;
  (await connection?.catch(() => null))?.close();
}

/**
 * Runs a transaction that writes, and resolves when the browser has committed, so that "Saved" is true even if the
 * computer stops now.
 */
async function write(
  act: (transaction: IDBPTransaction<Schema, Stores, "readwrite">) => Promise<void>,
): Promise<void> {
  const database = await open();
  const transaction = database.transaction([...ALL], "readwrite", { durability: "strict" });
  try {
    await act(transaction);
  } catch (error) {
    transaction.done.catch(() => {});
    // The cause of an abort says more than what the requests say that it ended.
    if (transaction.error) throw transaction.error;
    // All of it or nothing, also where a request could not even be made.
    transaction.abort();
    throw error;
  }
  await transaction.done;
}

/** All pictures of a set: an array sorts after every number. */
function picturesOf(set: string): IDBKeyRange {
  return IDBKeyRange.bound([set], [set, []]);
}

export async function readSet(set: string): Promise<StoredSet | null> {
  const database = await open();
  const transaction = database.transaction(ALL, "readonly");
  const [record, pictures] = await Promise.all([
    transaction.objectStore("sets").get(set),
    transaction.objectStore("pictures").getAll(picturesOf(set)),
  ]);
  if (!record) return null;
  const thumbnails = await Promise.all(
    pictures.map(async (picture) => [picture.id, await bytesOf(picture)] as const),
  );
  return { bytes: record.bytes, thumbnails: new Map(thumbnails) };
}

async function bytesOf(picture: Picture | OldPicture): Promise<Uint8Array<ArrayBuffer>> {
  return "blob" in picture ? new Uint8Array(await picture.blob.arrayBuffer()) : picture.bytes;
}

/** Writes a set. What the database holds of it is looked up in the same transaction: nobody else can know. */
export async function writeSet(set: string, { bytes, thumbnails, name }: Snapshot): Promise<void> {
  await write(async (transaction) => {
    const [names, pictures] = [transaction.objectStore("names"), transaction.objectStore("pictures")];
    const [keys, named] = await Promise.all([pictures.getAllKeys(picturesOf(set)), names.getKey(set)]);
    const stored = new Set(keys.map(([, id]) => id));
    const added = Array.from(thumbnails).filter(([id]) => !stored.has(id));
    await Promise.all([
      transaction.objectStore("sets").put({ id: set, bytes, savedAt: Date.now() }),
      name !== "" && named === undefined && names.put({ id: set, name }),
      ...keys.filter(([, id]) => !thumbnails.has(id)).map((key) => pictures.delete(key)),
      ...added.map(([id, picture]) => pictures.put({ set, id, bytes: picture })),
    ]);
  });
}

/** All sets, deleted ones too, in the order of their names: those that were saved, and those that have a name so far. */
export async function readNames(): Promise<NamedSet[]> {
  const database = await open();
  const transaction = database.transaction(["sets", "names"], "readonly");
  const [ids, named] = await Promise.all([
    transaction.objectStore("sets").getAllKeys(),
    transaction.objectStore("names").getAll(),
  ]);
  const all = new Map([
    ...ids.map((id) => [id, { id, name: "" }] as const),
    ...named.map((set) => [set.id, set] as const),
  ]);
  return Array.from(all.values()).sort((a, b) => a.name.localeCompare(b.name));
}

export async function writeName(named: NamedSet): Promise<void> {
  await write(async (transaction) => {
    await transaction.objectStore("names").put(named);
  });
}

/** Forgets a set, its name and its pictures. */
export async function clearSet(set: string): Promise<void> {
  await write(async (transaction) => {
    await Promise.all([
      transaction.objectStore("sets").delete(set),
      transaction.objectStore("names").delete(set),
      transaction.objectStore("pictures").delete(picturesOf(set)),
    ]);
  });
}
