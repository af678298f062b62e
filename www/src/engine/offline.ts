/** Keeps the page for use without a network, and notices a newer version of it. */
import { set } from "../state/live";

let registration: ServiceWorkerRegistration | null = null;

/** Starts when the encoder is there: then most files lie in the browser's cache and are not loaded twice. */
export async function keepOffline(): Promise<void> {
  if (!navigator.serviceWorker || import.meta.env.DEV) return;
  try {
    registration = await navigator.serviceWorker.register("./sw.js", { updateViaCache: "none" });
  } catch (error) {
    // Private windows and plain http have none; the page works as it is, online.
    console.info("the page is not kept for offline use", error);
    return;
  }
  registration.addEventListener("updatefound", () => watch(registration?.installing));
  watch(registration.installing);
  tell();
  // Another tab may have asked for the new version.
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
}

/** Takes the new version into use: every open page of the old one starts again with it. */
export function switchVersion(): void {
  const waiting = registration?.waiting;
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
  if (registration?.waiting && registration.active) set({ offline: "newer" });
  else if (registration?.active) set({ offline: "kept" });
}
