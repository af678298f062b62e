/** IndexedDB: saved sets with their names and the thumbnails of their examples; each change is one transaction. */

const SETS = "sets";
const NAMES = "names";
const PICTURES = "pictures";
/** Thumbnails of version 1, which had one set only. */
const OLD_THUMBNAILS = "thumbnails";
const ALL = [SETS, NAMES, PICTURES];

/** The set that every visitor has first; version 1 had no other. */
export const FIRST_SET = "default";

/** A set in the list; `name` is empty where nobody gave one. */
export interface NamedSet {
  id: string;
  name: string;
}

export interface StoredSet {
  bytes: Uint8Array;
  thumbnails: Map<number, Blob>;
}

/** What one transaction writes of a set. */
export interface Write {
  bytes: Uint8Array;
  added: ReadonlyMap<number, Blob>;
  removed: readonly number[];
}

interface Picture {
  set: string;
  id: number;
  blob: Blob;
}

let opened: Promise<IDBDatabase> | null = null;

/** Opens the database once; after a failure the next call tries again. */
function open(): Promise<IDBDatabase> {
  opened ??= openNow().catch((error: unknown) => {
    opened = null;
    throw error;
  });
  return opened;
}

function openNow(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("handful", 2);
    request.onupgradeneeded = ({ oldVersion }) => {
      const { result: database, transaction } = request;
      if (oldVersion < 1) database.createObjectStore(SETS, { keyPath: "id" });
      database.createObjectStore(NAMES, { keyPath: "id" });
      const pictures = database.createObjectStore(PICTURES, { keyPath: ["set", "id"] });
      if (oldVersion < 1 || !transaction) return;
      const old = transaction.objectStore(OLD_THUMBNAILS).getAll();
      old.onsuccess = () => {
        for (const { id, blob } of old.result) pictures.put({ set: FIRST_SET, id, blob });
        database.deleteObjectStore(OLD_THUMBNAILS);
      };
    };
    request.onsuccess = () => {
      const database = request.result;
      // A later version of the page in another tab must not wait for this one.
      database.onversionchange = () => database.close();
      database.onclose = () => {
        opened = null;
      };
      resolve(database);
    };
    request.onerror = () => reject(request.error);
  });
}

function result<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * Runs a transaction that writes, and resolves when the browser has committed, so that "Saved" is true even if the
 * computer stops now.
 */
async function write(act: (store: (name: string) => IDBObjectStore) => void): Promise<void> {
  const database = await open();
  const transaction = database.transaction(ALL, "readwrite", { durability: "strict" });
  const committed = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
  act((name) => transaction.objectStore(name));
  await committed;
}

/** All pictures of a set: an array sorts after every number. */
function picturesOf(set: string): IDBKeyRange {
  return IDBKeyRange.bound([set], [set, []]);
}

export async function readSet(set: string): Promise<StoredSet | null> {
  const database = await open();
  const transaction = database.transaction(ALL, "readonly");
  const [record, pictures] = await Promise.all([
    result(transaction.objectStore(SETS).get(set)) as Promise<{ bytes: Uint8Array } | undefined>,
    result(transaction.objectStore(PICTURES).getAll(picturesOf(set))) as Promise<Picture[]>,
  ]);
  if (!record) return null;
  return { bytes: record.bytes, thumbnails: new Map(pictures.map(({ id, blob }) => [id, blob])) };
}

export async function writeSet(set: string, { bytes, added, removed }: Write): Promise<void> {
  await write((store) => {
    store(SETS).put({ id: set, bytes, savedAt: Date.now() });
    for (const id of removed) store(PICTURES).delete([set, id]);
    for (const [id, blob] of added) store(PICTURES).put({ set, id, blob } satisfies Picture);
  });
}

/** All sets in the order of their names: those that were saved, and those that have a name so far. */
export async function readNames(): Promise<NamedSet[]> {
  const database = await open();
  const transaction = database.transaction([SETS, NAMES], "readonly");
  const [ids, named] = await Promise.all([
    result(transaction.objectStore(SETS).getAllKeys()) as Promise<string[]>,
    result(transaction.objectStore(NAMES).getAll()) as Promise<NamedSet[]>,
  ]);
  const names = new Map([
    ...ids.map((id) => [id, ""] as const),
    ...named.map(({ id, name }) => [id, name] as const),
  ]);
  return Array.from(names, ([id, name]) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name));
}

export async function writeName(named: NamedSet): Promise<void> {
  await write((store) => {
    store(NAMES).put(named);
  });
}

/** Forgets a set, its name and its pictures. */
export async function clearSet(set: string): Promise<void> {
  await write((store) => {
    store(SETS).delete(set);
    store(NAMES).delete(set);
    store(PICTURES).delete(picturesOf(set));
  });
}
