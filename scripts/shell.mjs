// Running other programs, and saying so. Everything here is plain Node, because it runs before `npm ci`.
import { AsyncLocalStorage } from "node:async_hooks";
import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** Everything that the set-up makes for itself; ignored by git, safe to delete. */
export const TOOLS = join(ROOT, ".tools");

// The project's own tools win over others of the same name; so do those that npm installed.
process.env.PATH = [join(TOOLS, "bin"), join(ROOT, "node_modules", ".bin"), process.env.PATH].join(delimiter);

/** A failure that is explained by its message alone: printed without a stack. */
export class Trouble extends Error {}

/** What a task prints while others run beside it. */
const keeping = new AsyncLocalStorage();

/** Prints a line. */
export function print(line) {
  const kept = keeping.getStore();
  if (kept) kept.push(`${line}\n`);
  else console.log(line);
}

/** Does a task, and keeps what it prints together until it has ended: the task's result and that text. */
export async function together(task) {
  const kept = [];
  try {
    const result = await keeping.run(kept, task);
    return { result, text: kept.join("") };
  } finally {
    process.stdout.write(kept.join(""));
  }
}

export function say(text) {
  print(`\x1b[36m»\x1b[0m ${text}`);
}

export function seconds(since) {
  const s = (performance.now() - since) / 1000;
  return s < 60 ? `${s.toFixed(1)} s` : `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`;
}

/** The full path of a program on PATH, or null. */
export function which(program) {
  for (const folder of process.env.PATH.split(delimiter)) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

/** A command is its words, or one line of words without spaces in them. */
const words = (command) => (typeof command === "string" ? command.split(" ") : command);

/** What a command prints, or null where the program is missing or fails. */
export function capture(command, options = {}) {
  const [program, ...args] = words(command);
  const done = spawnSync(program, args, { cwd: ROOT, encoding: "utf8", ...options });
  return done.status === 0 ? done.stdout.trim() : null;
}

const running = new Set();

/** Ends every program that was started here and still runs. */
export function endAll(signal = "SIGTERM") {
  for (const child of running) child.kill(signal);
}

/** Where nobody watches, a command that succeeds prints nothing, so that what failed is not buried. */
const WATCHED = !process.env.CI;

/**
 * Runs a command with its output on ours. `onText` sees the output too, which is how tests are counted.
 * @returns {Promise<number>} the exit status
 */
export function status(command, { env, cwd = ROOT, onText } = {}) {
  const [program, ...args] = words(command);
  const kept = keeping.getStore();
  const show = (text, to = process.stdout) => (kept ? kept.push(text) : to.write(text));
  const output = WATCHED && !onText && !kept ? "inherit" : "pipe";
  let unseen = "";
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", output, output],
    });
    running.add(child);
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      from?.setEncoding("utf8").on("data", (text) => {
        if (WATCHED) show(text, to);
        else unseen += text;
        onText?.(text);
      });
    }
    child.on("error", (error) => reject(new Trouble(`${program} could not be started: ${error.message}`)));
    child.on("close", (code) => {
      running.delete(child);
      if (code !== 0) show(unseen);
      resolve(code ?? 1);
    });
  });
}

/** The same, but a failure is an error. */
export async function run(command, options) {
  const code = await status(command, options);
  if (code !== 0) throw new Trouble(`\`${words(command).join(" ")}\` failed (exit status ${code}).`);
}

/** Runs a script's main function: explained failures are one sentence, the others keep their stack. */
export async function main(task) {
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.on(signal, () => {
      endAll(signal);
      process.exit(130);
    });
  }
  try {
    await task();
  } catch (error) {
    console.error(error instanceof Trouble ? `\x1b[31m✗\x1b[0m ${error.message}` : error);
    process.exit(1);
  }
}
