// @vitest-environment jsdom

import { HandfulCamera } from "handful/camera";
import { FeatureClassifier } from "handful/core";
import { useClassifier } from "handful/react";
import { act, createElement } from "react";
import { createRoot } from "react-dom/client";
import { expect, test } from "vitest";
import { tryFeatures } from "./features.mjs";

globalThis.IS_REACT_ACT_ENVIRONMENT = true;

test("the core works", () => tryFeatures());

test("a component with a classifier is drawn", async () => {
  const Component = () =>
    useClassifier(() => FeatureClassifier.create({ streams: [{ name: "aux", dim: 3 }] })).status;
  const root = createRoot(document.body.appendChild(document.createElement("div")));
  await act(async () => root.render(createElement(Component)));
  await expect.poll(() => document.body.textContent).toBe("ready");
  await act(async () => root.unmount());
});

test("the camera's element is there, and says that there is no camera", async () => {
  const camera = document.createElement("handful-camera");
  expect(camera).toBeInstanceOf(HandfulCamera);
  await expect(camera.start()).rejects.toMatchObject({ code: "camera" });
});
