// The worker in a thread of Node: what a web worker has and a thread lacks, then the worker itself.
import { readFile } from "node:fs/promises";
import { parentPort } from "node:worker_threads";
import type { Call, Reply } from "./protocol.js";

if (!parentPort) throw new Error("this is no program of its own: handful starts it as a thread");
const port = parentPort;
const network = globalThis.fetch;

const scope = Object.assign(globalThis as unknown as { onmessage: (event: { data: Call }) => void }, {
  postMessage(reply: Reply, transfer?: Parameters<typeof port.postMessage>[1]): void {
    port.postMessage(reply, transfer);
  },
  /** Reads files too. */
  async fetch(input: string | URL | Request, options?: RequestInit): Promise<Response> {
    const url = new URL(input instanceof Request ? input.url : input);
    return url.protocol === "file:" ? new Response(await readFile(url)) : network(input, options);
  },
});

await import("./worker.js");
port.on("message", (data: Call) => scope.onmessage({ data }));
