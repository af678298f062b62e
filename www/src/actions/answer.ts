/** Ask what photos show, or have the camera answered live. */
import { ask, clearReadings } from "../engine/answering";
import { releaseCamera, startCamera } from "../engine/camera";
import { look } from "../engine/looking";
import { getState, set } from "../state/live";

export function askAbout(files: readonly File[]): void {
  if (files.length === 0) return;
  stopLive();
  void ask(files);
}

export function showReading(id: number): void {
  set({ shown: id });
}

export function clearAnswers(): void {
  clearReadings();
}

export function toggleLive(): void {
  if (getState().live.kind === "on") {
    stopLive();
    return;
  }
  set({ live: { kind: "on", outcome: { kind: "waiting" } } });
  void startCamera();
  void look();
}

function stopLive(): void {
  set({ live: { kind: "off" } });
  releaseCamera();
}
