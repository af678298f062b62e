// A worker of workerd (Cloudflare Workers): the core works there, and encoders say that they do not.
import { Classifier } from "handful";
import { tryFeatures } from "./features.mjs";

export default {
  async fetch() {
    await tryFeatures();
    const streams = [{ name: "aux", dim: 3 }];
    (await Classifier.create({ encoder: null, streams })).dispose();
    const code = await Classifier.create().then(
      () => "an encoder",
      (error) => error.code,
    );
    return new Response(code);
  },
};
