import { Worker as Thread } from "node:worker_threads";
import type { Call, Reply } from "./protocol.js";

/**
 * A thread of Node with the face of a web worker, as far as `Channel` looks at it. It keeps the program running only while it
 * has something to answer.
 */
export function openThread(): Worker {
  // Options of the program's own, such as `--eval`, are not for the thread.
  const thread = new Thread(new URL("./node-thread.js", import.meta.url), { execArgv: [] });
  thread.unref();
  let unanswered = 0;
  const face: Pick<Worker, "postMessage" | "terminate" | "onmessage" | "onmessageerror" | "onerror"> = {
    onmessage: null,
    onmessageerror: null,
    onerror: null,
    postMessage(call: Call, transfer?: unknown) {
      thread.postMessage(call, transfer as Parameters<Thread["postMessage"]>[1]);
      if (call.kind === "stop" || call.kind === "decode") return;
      unanswered += 1;
      thread.ref();
    },
    terminate() {
      void thread.terminate();
    },
  };
  const worker = face as Worker;
  thread.on("message", (data: Reply) => {
    if (data.kind === "done" || data.kind === "failed") unanswered -= 1;
    if (unanswered === 0) thread.unref();
    worker.onmessage?.({ data } as MessageEvent<Reply>);
  });
  thread.on("messageerror", () => worker.onmessageerror?.({} as MessageEvent));
  thread.on("error", ({ message }) => {
    worker.onerror?.({ message, preventDefault: () => {} } as ErrorEvent);
  });
  return worker;
}
