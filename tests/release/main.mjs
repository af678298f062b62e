// The release up to the publishing, tried on a copy of the project: `node tests/release/main.mjs`, after `npm run build`.
// Closes with `N passed, N failed`.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Ajv from "ajv";
import { close, test } from "../../npm/packaging/report.mjs";
import { billOf } from "../../scripts/bill.mjs";
import { bundled, crates } from "../../scripts/contents.mjs";
import { accepted, checkNotices, NOTICES } from "../../scripts/notices.mjs";
import { main, ROOT, which } from "../../scripts/shell.mjs";
import { presentVersion } from "../../scripts/versions.mjs";

const NEXT = "9.8.7";

/** A repository of what is in the working tree, without what is built. */
function copyProject(folder) {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const kept = (file) => existsSync(join(ROOT, file)) && !file.startsWith("fuzz/corpus/");
  for (const file of listed.split("\0").filter((file) => file && kept(file)))
    cpSync(join(ROOT, file), join(folder, file), { verbatimSymlinks: true });
  git(folder, "init", "--quiet");
  commit(folder);
}

function git(folder, ...words) {
  const who = ["-c", "user.name=Test", "-c", "user.email=test@localhost"];
  return execFileSync("git", [...who, ...words], { cwd: folder, encoding: "utf8" });
}

function commit(folder) {
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message", "As it is");
}

const node = (folder, words, env) =>
  spawnSync(process.execPath, words, { cwd: folder, encoding: "utf8", env: { ...process.env, ...env } });

const json = (folder, file) => JSON.parse(readFileSync(join(folder, file), "utf8"));

/** The command refuses, says why, and leaves the tree as it was. */
function refuses(folder, words, why, env) {
  const before = git(folder, "status", "--porcelain");
  const { status, stderr } = node(folder, ["scripts/release.mjs", ...words], env);
  assert.equal(status, 1, stderr);
  assert.match(stderr, why);
  assert.equal(git(folder, "status", "--porcelain"), before);
}

/** Sets a version in a copy as the release does, without building. */
function setVersion(folder, version) {
  const program = `import { writeFileSync } from "node:fs";
    import { withVersion } from "./scripts/versions.mjs";
    for (const [file, text] of withVersion("${version}", "2026-01-31")) writeFileSync(file, text);`;
  const { status, stderr } = node(folder, ["--input-type=module", "-e", program]);
  assert.equal(status, 0, stderr);
}

/** What cargo and npm read of a copy. */
function checkVersion(folder, version) {
  const metadata = "metadata --locked --format-version 1".split(" ");
  const { packages } = JSON.parse(execFileSync("cargo", metadata, { cwd: folder, maxBuffer: 2 ** 28 }));
  const ours = packages.filter(({ source }) => source === null);
  assert.ok(ours.length >= 9);
  for (const crate of ours) assert.equal(crate.version, version, crate.name);
  for (const { name, dependencies } of ours.filter(({ publish }) => publish === null))
    for (const { path, req } of dependencies)
      if (path) assert.match(req, new RegExp(`^[=^]${version}$`), name);
  assert.equal(json(folder, "npm/package.json").version, version);
  assert.equal(json(folder, "package-lock.json").packages.npm.version, version);
  for (const example of readdirSync(join(folder, "examples"), { withFileTypes: true }))
    if (example.isDirectory())
      assert.equal(json(folder, `examples/${example.name}/package.json`).dependencies.handful, `^${version}`);
  const changed = git(folder, "diff", "--numstat").trim().split("\n");
  for (const line of changed) assert.equal(...line.split("\t").slice(0, 2), line);
  assert.match(
    readFileSync(join(folder, "CHANGELOG.md"), "utf8"),
    new RegExp(`^## ${version}, 2026-01-31$`, "m"),
  );
}

/** A folder of programs with git alone. */
function gitAlone(folder) {
  mkdirSync(folder);
  symlinkSync(which("git"), join(folder, "git"));
  return folder;
}

/** Whether the notices of a copy are held to be right. */
function noticesHold(folder) {
  const program = `import { checkNotices } from "./scripts/notices.mjs"; checkNotices();`;
  return node(folder, ["--input-type=module", "-e", program]);
}

/** The bill says what the schema wants, and of every part what it needs. */
function checkBill(bill) {
  const schemas = join(ROOT, "node_modules/@cyclonedx/cyclonedx-library/res/schema");
  const schema = (name) => json(schemas, `${name}.SNAPSHOT.schema.json`);
  // Formats are of addresses, of which the bill has none.
  const ajv = new Ajv({ strict: false, validateFormats: false });
  for (const name of ["spdx", "jsf-0.82"])
    ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  const valid = ajv.validate(schema("bom-1.6"), bill);
  assert.ok(valid, ajv.errorsText());
  const known = new Set(
    [bill.metadata.component, ...bill.components].map((component) => component["bom-ref"]),
  );
  assert.equal(known.size, bill.components.length + 1);
  for (const { ref, dependsOn } of bill.dependencies)
    for (const name of [ref, ...dependsOn]) assert.ok(known.has(name), name);
  const names = bill.components.map(({ name }) => name);
  for (const name of [
    "handful-numerics",
    "tract-core",
    "wasm-bindgen",
    "preact",
    "std",
    "efficientnet-lite0",
  ])
    assert.ok(names.includes(name), name);
  for (const name of ["proptest", "vite", "clap"]) assert.ok(!names.includes(name), name);
}

/** What Vite bundled of others, by its own list, is what the bill and its licences know. */
function checkPage() {
  const list = readFileSync(join(ROOT, "www/dist/licences/bundled.txt"), "utf8");
  const found = [...list.matchAll(/^## (\S+) - (\S+) \((.+)\)$/gm)].map(([, ...words]) => words);
  assert.deepEqual(
    found,
    bundled().map(({ name, version, licence }) => [name, version, licence]),
  );
  for (const { licence } of bundled()) assert.ok(accepted("deny.toml").includes(`"${licence}"`), licence);
  assert.equal(
    readFileSync(join(ROOT, "www/dist/licences/THIRD-PARTY-NOTICES.txt"), "utf8"),
    readFileSync(join(ROOT, NOTICES), "utf8"),
  );
}

await main(async () => {
  const temporary = mkdtempSync(join(tmpdir(), "handful-release-"));
  const copy = join(temporary, "project");
  try {
    copyProject(copy);
    const present = presentVersion();
    for (const [words, why] of [
      [[], /npm run release -- VERSION/],
      [["1.0.0", "2.0.0"], /npm run release -- VERSION/],
      [["--publish"], /npm run release -- VERSION/],
      [["1.0"], /1\.0 is no version/],
      [["v1.0.0"], /v1\.0\.0 is no version/],
      [["1.0.0-rc.1"], /1\.0\.0-rc\.1 is no version/],
      [["01.0.0"], /01\.0\.0 is no version/],
      [[present], /is not newer than/],
      [["0.0.9"], /0\.0\.9 is not newer than/],
      [["--tag", NEXT], /The tag 9\.8\.7 is not that of/],
      [["--tag", `v${NEXT}`], /The tag v9\.8\.7 is not that of/],
    ])
      await test(`refused: release ${words.join(" ")}`, () => refuses(copy, words, why));
    await test("refused: a tree that is not clean", () => {
      writeFileSync(join(copy, "new.txt"), "new");
      refuses(copy, [NEXT], /not clean.*\n.*new\.txt/);
      rmSync(join(copy, "new.txt"));
    });
    await test("a release that fails leaves the tree as it was", () =>
      refuses(copy, [NEXT], /npm could not be started/, { PATH: gitAlone(join(temporary, "programs")) }));
    await test("the version is set wherever it stands", () => {
      setVersion(copy, NEXT);
      checkVersion(copy, NEXT);
      commit(copy);
    });
    await test("refused: a tag of a package that does not say where it is built", () => {
      const { repository, ...others } = json(copy, "npm/package.json");
      writeFileSync(join(copy, "npm/package.json"), JSON.stringify(others, null, 2));
      commit(copy);
      refuses(copy, ["--tag", `v${NEXT}`], /names no `repository`/);
    });
    await test("refused: a changelog that tells of nothing new", () =>
      refuses(copy, ["9.9.0"], /CHANGELOG\.md says nothing under “## Unreleased”/));
    await test("refused: a place that says another version", () => {
      const file = join(copy, "examples/plain/package.json");
      writeFileSync(file, readFileSync(file, "utf8").replace(NEXT, "9.8.6"));
      commit(copy);
      refuses(
        copy,
        ["--tag", `v${NEXT}`],
        /examples\/plain\/package\.json says 9\.8\.6, npm\/package\.json 9\.8\.7/,
      );
    });
    await test("the notices name what the package contains", checkNotices);
    await test("notices of another version of a crate are refused", () => {
      assert.equal(noticesHold(copy).status, 0);
      const { version } = crates().find(({ name }) => name === "safetensors");
      const file = join(copy, NOTICES);
      writeFileSync(file, readFileSync(file, "utf8").replace(`safetensors ${version}`, "safetensors 0.0.1"));
      assert.match(noticesHold(copy).stderr, /names other packages than ship/);
    });
    await test("the bill of materials is CycloneDX, and complete", () => checkBill(billOf(present)));
    await test("the page tells of all that is bundled into it", checkPage);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  close();
});
