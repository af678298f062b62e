// `npm start`: from a fresh clone to the page on localhost.

import { build } from "./build.mjs";
import { serve } from "./serve.mjs";
import { main, say, seconds } from "./shell.mjs";

await main(async () => {
  const since = performance.now();
  say(
    "Setting up, building and serving handful. The first time usually takes 5 to 10 minutes, later ones seconds.",
  );
  await build();
  say(`Ready after ${seconds(since)}.`);
  await serve();
});
