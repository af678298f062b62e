import * as recogniser from "./recogniser.js";

self.onmessage = async ({ data: { name, words }, ports: [port] }) => {
  try {
    port.postMessage({ value: await recogniser[name](...words) });
  } catch ({ code, message }) {
    port.postMessage({ error: { code, message } });
  }
};
