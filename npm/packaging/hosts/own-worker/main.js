// The page keeps its classifier in a worker of its own, which starts that of the package.
import { show } from "./page.js";

const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });

const call =
  (name) =>
  (...words) =>
    new Promise((resolve, reject) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data: { value, error } }) => (error ? reject(error) : resolve(value));
      worker.postMessage({ name, words }, [port2]);
    });

show({ teach: call("teach"), ask: call("ask") });
