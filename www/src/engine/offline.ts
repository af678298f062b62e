/** Keeps the page for use without a network, and notices a newer version of it. */
import { set } from "../state/live";

let registration: ServiceWorkerRegistration | null = null;
/** A newer version than that of this page is in use. */
let replaced = false;

/** Starts when the encoder is there: then most files lie in the browser's cache and are not loaded twice. */
export async function keepOffline(): Promise<void> {
  if (!navigator.serviceWorker || import.meta.env.DEV) return;
  try {
    // Some browsers resolve with nothing where they were told to allow none.
    registration = (await navigator.serviceWorker.register("./sw.js", { updateViaCache: "none" })) ?? null;
  } catch (error) {
    // Private windows and plain http have none; the page works as it is, online.
    console.info("the page is not kept for offline use", error);
  }
  if (!registration) return;
  registration.addEventListener("updatefound", () => watch(registration?.installing));
  watch(registration.installing);
  tell();
  // Another tab has started the new version. What is done in this one stays as it is until somebody starts it here too.
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    replaced = true;
    tell();
  });
}

/** Takes the new version into use: this page starts again with it. */
export function switchVersion(): void {
  const waiting = registration?.waiting;
  // Another tab may have taken it into use already.
  if (!waiting) location.reload();
  waiting?.addEventListener("statechange", () => {
    if (waiting.state === "activated") location.reload();
  });
  waiting?.postMessage("switch");
}

function watch(worker: ServiceWorker | null | undefined): void {
  worker?.addEventListener("statechange", tell);
}

function tell(): void {
  // The first one waits too, for an instant.
  if (replaced || (registration?.waiting && registration.active)) set({ offline: "newer" });
  else if (registration?.active) set({ offline: "kept" });
}
