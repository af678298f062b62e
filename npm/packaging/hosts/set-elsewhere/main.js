import { Encoder } from "handful";
import { openWorker } from "./open.js";
import { show } from "./page.js";

const loading = Promise.all([Encoder.load(), openWorker()]).then(async ([encoder, worker]) => {
  const call = (name, ...words) =>
    new Promise((resolve, reject) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data: { value, error } }) => (error ? reject(error) : resolve(value));
      worker.postMessage({ name, words }, [port2]);
    });
  const { streams, id } = encoder;
  await call("open", { streams, encoderId: id });
  return { encoder, call };
});

show({
  async teach(photos, label) {
    const { encoder, call } = await loading;
    let told;
    for (const photo of photos) told = await call("teach", (await encoder.encode(photo)).features, label);
    return told;
  },
  async ask([photo]) {
    const { encoder, call } = await loading;
    return call("ask", (await encoder.encode(photo)).features);
  },
});
