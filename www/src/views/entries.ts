/** Reads what was dropped or chosen, folders with all that is in them. */
import type { Dropped } from "../actions/intake";
import { notePath, pathOf } from "../state/paths";

/** The order of what lies in a folder; the browser has that of the disk, which is any. */
const names = new Intl.Collator("en", { numeric: true });

/**
 * Must be called while the drop event is handled; the browser forgets what was dropped afterwards.
 *
 * @param onUnread told the name of what is in a folder and cannot be read
 */
export async function readDropped(
  transfer: DataTransfer | null,
  onUnread: (name: string) => void,
): Promise<Dropped> {
  const dropped: Dropped = { loose: Array.from(transfer?.files ?? []), inFolders: [] };
  const entries = Array.from(transfer?.items ?? [], (item) => item.webkitGetAsEntry());
  const folders = entries.filter((entry) => entry?.isDirectory) as FileSystemDirectoryEntry[];
  if (folders.length === 0) return dropped;
  // A folder is in the list of files as well, where it is of no use.
  const names = new Set(folders.map(({ name }) => name));
  dropped.loose = dropped.loose.filter(({ name }) => !names.has(name));
  const into = dropped.inFolders;
  for (const folder of folders) await readFolder(folder, into, onUnread).catch(() => onUnread(folder.name));
  return dropped;
}

/** Files that were chosen as a folder. */
export function chosenFolder(files: readonly File[]): Dropped {
  return { loose: [], inFolders: files.toSorted((a, b) => names.compare(pathOf(a), pathOf(b))) };
}

async function readFolder(
  folder: FileSystemDirectoryEntry,
  into: File[],
  onUnread: (name: string) => void,
): Promise<void> {
  const reader = folder.createReader();
  const entries: FileSystemEntry[] = [];
  for (;;) {
    // A reader gives a hundred at a time, and none at the end.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) break;
    entries.push(...some);
  }
  for (const entry of entries.sort((a, b) => names.compare(a.name, b.name))) {
    try {
      if (entry.isDirectory) {
        await readFolder(entry as FileSystemDirectoryEntry, into, onUnread);
        continue;
      }
      const file = await new Promise<File>((resolve, reject) =>
        (entry as FileSystemFileEntry).file(resolve, reject),
      );
      notePath(file, entry.fullPath.slice(1));
      into.push(file);
    } catch {
      onUnread(entry.name);
    }
  }
}
