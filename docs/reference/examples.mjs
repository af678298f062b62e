// Every public name of the package has an example, as typedoc has read the docstrings. A type that a person is only given
// needs none, if its docstring links to a function that gives it.
import { readFileSync } from "node:fs";

/** typedoc's kinds of things. */
const KIND = { variable: 32, function: 64, class: 128, method: 2048, accessor: 262_144 };

/** Names without an example, each with what it lacks. `file` is what typedoc has written as JSON. */
export function lacking(file) {
  const modules = JSON.parse(readFileSync(file, "utf8")).children;
  const names = modules.flatMap(({ children = [] }) => children.flatMap(withMembers));
  const byId = new Map();
  for (const name of names) for (const { id } of [name, ...signaturesOf(name)]) byId.set(id, name);

  const code = names.filter(isCode);
  const uses = new Map(code.map((name) => [name, usesOf(name, byId)]));
  const taken = new Set([...uses.values()].flatMap((use) => [...use.taken]));
  return names.flatMap((name) => {
    if (hasExample(name)) return [];
    if (isCode(name) || taken.has(name)) return [`${name.path} has no example`];
    const linked = linksOf(name).some((id) => uses.get(byId.get(id))?.given.has(name));
    return linked ? [] : [`${name.path} neither has an example nor links to a function that gives it`];
  });
}

/** An export with the members of a class that are its own. */
function withMembers(name) {
  if (typeof name.target === "number") return []; // exported by another entry too
  name.path = name.name;
  if (name.kind !== KIND.class) return [name];
  const own = name.children.filter(
    ({ kind, inheritedFrom }) => !inheritedFrom && (kind === KIND.method || kind === KIND.accessor),
  );
  for (const member of own) member.path = `${name.name}.${member.name}`;
  return [name, ...own];
}

const isCode = ({ kind }) => Object.values(KIND).includes(kind);

const signaturesOf = ({ signatures = [], getSignature, setSignature }) =>
  [...signatures, getSignature, setSignature].filter(Boolean);

const commentsOf = (name) => [name, ...signaturesOf(name)].flatMap(({ comment }) => comment ?? []);

const hasExample = (name) =>
  commentsOf(name).some(({ blockTags = [] }) => blockTags.some(({ tag }) => tag === "@example"));

const linksOf = (name) =>
  commentsOf(name).flatMap(({ summary }) => summary.flatMap(({ tag, target }) => (tag ? [target] : [])));

/** The types that a person hands over to a function, a class or a constant, and those that it gives. */
function usesOf(root, byId) {
  const [taken, given] = [new Set(), new Set()];
  const look = (thing, isTaken) => {
    if (Array.isArray(thing)) for (const part of thing) look(part, isTaken);
    else if (thing?.type === "reference") reference(thing, isTaken);
    else if (thing?.variant === "signature") {
      // What is handed over to a function that is given is taken, and the other way round.
      look(thing.parameters, !isTaken);
      look(thing.type, isTaken);
    } else if (typeof thing === "object") look(Object.values(thing ?? {}), isTaken);
  };
  const reference = ({ target, typeArguments }, isTaken) => {
    look(typeArguments, isTaken);
    const name = byId.get(target);
    const seen = isTaken ? taken : given;
    if (!name || isCode(name) || seen.has(name)) return;
    seen.add(name);
    look([name.type, name.children, name.signatures], isTaken);
  };
  const members =
    root.kind === KIND.class ? root.children.filter(({ name }) => name === "constructor") : root;
  look(members, false);
  return { taken, given };
}
