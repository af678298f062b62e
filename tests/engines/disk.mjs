// A disk of its own, so small that it can be filled.
import { spawnSync } from "node:child_process";
import { closeSync, openSync, rmdirSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, removeFolder } from "./folders.mjs";

/** Megabytes: a browser's profile and some photos. */
const SIZE = 256;

/** Mounts it; null where that is not allowed. */
export function smallDisk() {
  const folder = makeFolder("disk");
  const options = ["-t", "tmpfs", "-o", `size=${SIZE}m`, "handful", folder];
  if (spawnSync("mount", options, { stdio: "ignore" }).status !== 0) {
    rmdirSync(folder);
    return null;
  }
  const ballast = join(folder, "ballast");
  return {
    folder,
    /** Writes until nothing more fits. */
    fill() {
      const file = openSync(ballast, "a");
      try {
        for (let block = Buffer.alloc(1 << 20); block.length > 0; ) {
          try {
            writeSync(file, block);
          } catch (error) {
            if (error.code !== "ENOSPC") throw error;
            block = block.subarray(0, block.length >> 1);
          }
        }
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(ballast, { force: true }),
    remove() {
      spawnSync("umount", ["--lazy", folder]);
      return removeFolder(folder);
    },
  };
}
