// The page of the tests: it hands them what they use, and shows the React component that they ask for.
import { Classifier } from "handful";
import { FeatureClassifier } from "handful/core";
import { useClassifier, useWatch } from "handful/react";
import { Store } from "handful/store";
import { createElement, StrictMode, useRef } from "react";
import { createRoot } from "react-dom/client";
import "./early.js"; // sets a property before the element is known
import { HandfulCamera, HandfulError } from "handful/camera";

// As the README says, for the worker's address; the element and React want nothing.
globalThis.trustedTypes?.createPolicy("default", {
  createScriptURL: (address) => (new URL(address, location.href).origin === location.origin ? address : null),
});

const camera = document.querySelector("handful-camera");
/** What the element has told. */
const told = { answers: [], problems: [] };
camera.addEventListener("answer", ({ detail }) => told.answers.push(detail));
camera.addEventListener("problem", ({ detail }) => told.problems.push(detail));

/** Resolves with the next event of a name. */
const next = (name) => new Promise((done) => camera.addEventListener(name, done, { once: true }));

let root;
/** What a component gave at each drawing. */
let drawings = [];

/** Shows a component that uses a hook, twice as React does in development; returns when it says what `until` wants. */
async function show(hook, until) {
  drawings = [];
  let done;
  const shown = new Promise((resolve) => (done = resolve));
  function Component() {
    const gave = hook();
    drawings.push(gave);
    if (until(gave)) done(gave);
    return createElement("p", null, gave.status ?? gave.answer?.label);
  }
  root ??= createRoot(document.querySelector("#root"));
  root.render(createElement(StrictMode, null, createElement(Component, { key: Math.random() })));
  return shown;
}

/** Takes it away again. */
const hide = () =>
  new Promise((done) => {
    root.unmount();
    root = undefined;
    setTimeout(done);
  });

window.lent = {
  camera,
  Classifier,
  FeatureClassifier,
  HandfulCamera,
  HandfulError,
  hide,
  next,
  show,
  Store,
  told,
  useClassifier,
  useRef,
  useWatch,
  drawings: () => drawings,
};
