import { ask, teach } from "./recogniser.js";

const calls = { ask, teach };

self.onmessage = async ({ data: { name, words }, ports: [port] }) => {
  try {
    port.postMessage({ value: await calls[name](...words) });
  } catch ({ code, message }) {
    port.postMessage({ error: { code, message } });
  }
};
