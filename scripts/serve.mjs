// Serves the built page on this machine alone.
import { join } from "node:path";
import { ROOT, say } from "./shell.mjs";

/**
 * Starts the server and returns the page's address. A port that is taken makes way for the next free one.
 * @param {number} port 0 for any that is free
 */
export async function serve(port = Number(process.env.PORT ?? 4173)) {
  const { preview } = await import("vite");
  const server = await preview({
    root: join(ROOT, "www"),
    appType: "mpa", // A file that is not there is a 404, not the page.
    logLevel: "warn",
    preview: { host: "127.0.0.1", port },
  });
  const address = server.resolvedUrls.local[0];
  say(`handful is at \x1b[1m${address}\x1b[0m  (stop it with Ctrl+C)`);
  return address;
}
