/** Where files lay in the folders that were dropped or chosen. Chosen files know it themselves, dropped ones do not. */

const dropped = new WeakMap<File, string>();

/** Notes where a dropped file lay: `fruit/pear/1.jpg`. */
export function notePath(file: File, path: string): void {
  dropped.set(file, path);
}

/** The path of a file from the folder that was dropped or chosen; of a file that lay in none, its name. */
export function pathOf(file: File): string {
  return dropped.get(file) ?? (file.webkitRelativePath || file.name);
}

/** All folders of a path: `fruit/pear`. */
export function foldersOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** The folder that a path's file lies in, by its own name: `pear`. */
export function folderOf(path: string): string {
  return path.split("/").at(-2) ?? "";
}

export function fileOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
