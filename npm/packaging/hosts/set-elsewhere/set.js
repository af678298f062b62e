// The set lives here, in a shared or a service worker; photos become features in the page.
import { FeatureClassifier } from "handful/core";

let loading;

const calls = {
  async open(options) {
    loading = FeatureClassifier.create(options);
    await loading;
  },
  async teach(features, label) {
    const classifier = await loading;
    classifier.addFeatures(features, label);
    return classifier.classes.map(({ label, count }) => `${count} × ${label}`).join(", ");
  },
  ask: async (features) => (await loading).predictFeatures(features).label,
};

async function answer({ data: { name, words }, ports: [port] }) {
  try {
    port.postMessage({ value: await calls[name](...words) });
  } catch ({ code, message }) {
    port.postMessage({ error: { code, message } });
  }
}

self.onmessage = answer;
self.onconnect = ({ ports: [port] }) => {
  port.onmessage = answer;
};
