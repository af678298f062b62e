/** Gives the built service worker the list of the files that were built, each with the hash of its contents. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { Plugin } from "vite";

/** Name of the built service worker; it must not change, or old visitors would never find a new one. */
export const SERVICE_WORKER = "sw.js";

/** What the service worker finds in front of its own code. */
export interface Build {
  /** Hash of all the files. */
  version: string;
  /** Address relative to the page, and the integrity value (sha256) of what must be there. */
  files: Record<string, string>;
}

/** All files of the page, but for those of larger encoders: only who asks for one downloads them. */
export function listFiles(folder: string): Build {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((path) => path !== SERVICE_WORKER && !path.startsWith("larger/"))
    .sort();
  const files = Object.fromEntries(paths.map((path) => [path, integrity(readFileSync(join(folder, path)))]));
  return { version: integrity(JSON.stringify(files)).slice(-16), files };
}

function integrity(bytes: Uint8Array | string): string {
  return `sha256-${createHash("sha256").update(bytes).digest("base64")}`;
}

/** The list comes as one line in front of the code. */
export function listed(code: string, build: Build): string {
  return `self.BUILD=${JSON.stringify(build)};\n${code}`;
}

export const offline: Plugin = {
  name: "offline",
  apply: "build",
  writeBundle: {
    // After all the files are there, those of `public` too.
    order: "post",
    sequential: true,
    handler({ dir }) {
      if (!dir) return;
      const path = join(dir, SERVICE_WORKER);
      writeFileSync(path, listed(readFileSync(path, "utf8"), listFiles(dir)));
    },
  },
};
