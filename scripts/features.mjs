// Features of folders of photos, made by the program `features`.
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { ROOT, run, Trouble } from "./shell.mjs";
import { unlessFresh } from "./stamps.mjs";

/** Runs a program of `tools/`. */
export const cargo = (program, words) =>
  run([...`cargo run --locked --release --quiet --bin ${program} --`.split(" "), ...words]);

/** The encoder of a manifest, with its files relative to the project. */
export function encoder(path) {
  const { name, file, words } = JSON.parse(readFileSync(path, "utf8"));
  const beside = (file) => relative(ROOT, join(dirname(resolve(path)), file));
  return { name, manifest: resolve(path), files: [file, words?.file].filter(Boolean).map(beside) };
}

/** The folders in one. */
export function foldersOf(path) {
  if (!existsSync(path))
    throw new Trouble(`There are no photos in ${relative(ROOT, path)}; name folders of photos.`);
  const entries = readdirSync(path, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(path, name))
    .sort();
}

/** Writes the features of a folder of photos, one folder a class, unless the file is up to date. */
export async function features({ name, manifest, files }, folder, out) {
  const missing = files.find((file) => !existsSync(join(ROOT, file)));
  if (missing) throw new Trouble(`${missing} is missing; \`npm run encoder\` makes the encoders of handful.`);
  mkdirSync(dirname(out), { recursive: true });
  await unlessFresh({
    name: relative(ROOT, out).replaceAll("/", "-"),
    title: `Features of ${basename(folder)} by ${name}`,
    usually: "a minute",
    inputs: [...[folder, manifest].map((path) => relative(ROOT, path)), ...files, "encoder/src", "tools/src"],
    outputs: [relative(ROOT, out)],
    work: () => cargo("features", ["--encoder", manifest, "--photos", folder, "--out", out]),
  });
}
