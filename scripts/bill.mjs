// The bill of materials, in CycloneDX 1.6: whatever of others' is in the package and on the page, and what of it needs what.
import { bundled, crates, network, tokenizer } from "./contents.mjs";
import { capture } from "./shell.mjs";

const licensed = (expression) => [{ expression }];

function ofCrate({ name, version, licence, sha256 }) {
  const purl = `pkg:cargo/${name}@${version}`;
  const hashes = sha256 && [{ alg: "SHA-256", content: sha256 }];
  return { type: "library", "bom-ref": purl, name, version, licenses: licensed(licence), purl, hashes };
}

function ofNpm({ name, version, licence, integrity }) {
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  const [algorithm, base64] = integrity.split("-");
  const content = Buffer.from(base64, "base64").toString("hex");
  const hashes = [{ alg: algorithm.replace("sha", "SHA-"), content }];
  return { type: "library", "bom-ref": purl, name, version, licenses: licensed(licence), purl, hashes };
}

function ofNetwork({ architecture: name, package: from, version, licence, sha256 }) {
  const purl = `pkg:pypi/${from}@${version}`;
  const hashes = [{ alg: "SHA-256", content: sha256 }];
  const type = "machine-learning-model";
  return { type, "bom-ref": purl, name, version, licenses: licensed(licence), purl, hashes };
}

/** Rust's own library, which is compiled into both modules. */
function standardLibrary() {
  const version = capture("rustc --version").split(" ")[1];
  const licenses = licensed("MIT OR Apache-2.0");
  return {
    type: "library",
    "bom-ref": "rust-std",
    name: "std",
    version,
    licenses,
    publisher: "The Rust Project",
  };
}

/**
 * The bill of a version. Nothing in it depends on when or where it is made.
 * @returns {object} to be written as JSON
 */
export function billOf(version) {
  const [all, std, page] = [crates(), standardLibrary(), bundled().map(ofNpm)];
  const beside = [ofNpm(tokenizer()), ofNetwork(network())];
  const product = { version, licenses: licensed("MIT OR Apache-2.0") };
  const handful = { type: "library", "bom-ref": `pkg:npm/handful@${version}`, name: "handful", ...product };
  const demo = { type: "application", "bom-ref": "page", name: "handful-page", ...product };
  const needs = (ref, others) => ({ ref, dependsOn: others.map((other) => other["bom-ref"]) });
  const root = all.find(({ name }) => name === "handful-encoder");
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: { ...handful, purl: handful["bom-ref"] } },
    components: [demo, ...page, ...beside, std, ...all.map(ofCrate)],
    dependencies: [
      needs(handful["bom-ref"], [ofCrate(root), std, ...beside]),
      needs("page", [handful, ...page]),
      ...all.map((crate) => ({
        ref: ofCrate(crate)["bom-ref"],
        dependsOn: crate.needs.map((key) => `pkg:cargo/${key.replace(" ", "@")}`),
      })),
    ],
  };
}
