/** IndexedDB: the saved set and the thumbnails of its examples, always written in one transaction. */

const SETS = "sets";
const THUMBNAILS = "thumbnails";
const SET_ID = "default";

export interface StoredSet {
  bytes: Uint8Array;
  thumbnails: Map<number, Blob>;
}

/** What one transaction writes. */
export interface Write {
  bytes: Uint8Array;
  added: ReadonlyMap<number, Blob>;
  removed: readonly number[];
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
    const request = indexedDB.open("handful", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(SETS, { keyPath: "id" });
      request.result.createObjectStore(THUMBNAILS, { keyPath: "id" });
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

function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

export async function readSet(): Promise<StoredSet | null> {
  const database = await open();
  const transaction = database.transaction([SETS, THUMBNAILS], "readonly");
  const [record, thumbnails] = await Promise.all([
    result(transaction.objectStore(SETS).get(SET_ID)) as Promise<{ bytes: Uint8Array } | undefined>,
    result(transaction.objectStore(THUMBNAILS).getAll()) as Promise<{ id: number; blob: Blob }[]>,
  ]);
  if (!record) return null;
  return { bytes: record.bytes, thumbnails: new Map(thumbnails.map(({ id, blob }) => [id, blob])) };
}

/** Resolves when the browser has committed, so that "Saved" is true even if the computer stops now. */
export async function writeSet({ bytes, added, removed }: Write): Promise<void> {
  const database = await open();
  const transaction = database.transaction([SETS, THUMBNAILS], "readwrite", { durability: "strict" });
  const done = committed(transaction);
  transaction.objectStore(SETS).put({ id: SET_ID, bytes, savedAt: Date.now() });
  const thumbnails = transaction.objectStore(THUMBNAILS);
  for (const id of removed) thumbnails.delete(id);
  for (const [id, blob] of added) thumbnails.put({ id, blob });
  await done;
}

/** Forgets the stored set and its thumbnails. */
export async function clearSet(): Promise<void> {
  const database = await open();
  const transaction = database.transaction([SETS, THUMBNAILS], "readwrite", { durability: "strict" });
  const done = committed(transaction);
  transaction.objectStore(SETS).clear();
  transaction.objectStore(THUMBNAILS).clear();
  await done;
}
