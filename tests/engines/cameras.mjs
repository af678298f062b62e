// The page's camera with the cameras that browsers have for tests; the same steps in every engine.
import assert from "node:assert/strict";
import { wait } from "./person.mjs";
import { addClass, open, photosOf } from "./steps.mjs";

/** What the page shows of which camera, once there is a picture. */
const shown = (person) =>
  wait("a picture of the camera", () =>
    person.run(() => {
      const video = document.querySelector("video");
      const [track] = video.srcObject?.getVideoTracks() ?? [];
      if (!track || video.hidden || video.paused || video.videoWidth === 0) return null;
      const mirrored = getComputedStyle(video).scale.startsWith("-1");
      return { name: track.label, facing: track.getSettings().facingMode ?? "", mirrored };
    }),
  );

export const CAMERAS = {
  "shows the camera that looks away first, and as a mirror none but those that may look at the person": {
    wishes: ["cameras"],
    body: async (person, place) => {
      await open(person, place);
      await addClass(person, "mug");
      await person.press("button", "Camera for mug");
      const first = await shown(person);
      const all = [first];
      // Where there is but one, there is nothing to choose.
      const names = await person.run(() =>
        Array.from(document.querySelector(".stage-source")?.options ?? [], ({ text }) => text),
      );
      for (const name of names) {
        await person.select("Which camera", name);
        all.push(
          await wait(`the camera ${name}`, async () => {
            const now = await shown(person);
            return now.name === name && now;
          }),
        );
      }
      for (const { name, facing, mirrored } of all)
        assert.equal(mirrored, facing !== "environment", `${name} looks “${facing}”`);
      const away = all.some(({ facing }) => facing === "environment");
      assert.equal(first.facing, away ? "environment" : first.facing);
      console.log(`  ${all.length} shown, ${away ? "one of which looks away" : "which look nowhere"}`);
    },
  },

  "takes photos one after another, answers them, and lets the camera go": {
    wishes: ["cameras"],
    body: async (person, place) => {
      await open(person, place);
      await addClass(person, "screen");
      await addClass(person, "mug");
      await person.choose("Add photos to mug", place.drawn("mug", 0, 3));
      await person.count(3, ...photosOf("mug"));
      await person.press("button", "Camera for screen");
      const camera = await person.find("region", "Camera");
      await shown(person);
      await person.press("button", "Keep taking photos for screen", camera);
      await wait("three photos", async () => (await person.all(...photosOf("screen"))).length >= 3);
      const track = await person.run(() => {
        [globalThis.track] = document.querySelector("video").srcObject.getVideoTracks();
        return globalThis.track.readyState;
      });
      assert.equal(track, "live");
      await person.press("button", "Keep taking photos for screen", camera);
      await person.read(/Added \d+ photos to screen/);
      await person.read("screen", await person.run(() => document.querySelector(".stage-words")));
      await person.press("button", "Close camera", camera);
      await person.gone("region", "Camera");
      assert.equal(await person.run(() => document.querySelector("video")), null);
      await person.press("button", "Undo");
      await person.count(0, ...photosOf("screen"));
    },
  },
};
