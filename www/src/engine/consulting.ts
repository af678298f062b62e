/** Questions about the set that would hold the page: worked out beside it, when it has been left alone for a moment. */
import type { FeatureClassifier } from "handful";
import type { Method, Question } from "./aside";
import aside from "./aside?worker&url";
import { currentSet, onSetDropped } from "./set";

/** Milliseconds without another question. */
const REST = 250;

/** One kind of question, of which the last counts. */
export class Consultation<Asked extends Method> {
  readonly #method: Asked;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** At work on one question. */
  #worker: Worker | null = null;

  constructor(method: Asked) {
    this.#method = method;
    // Of another set it would tell nothing.
    onSetDropped(() => this.stop());
  }

  /** Nobody waits for the last question any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#worker?.terminate();
    this.#worker = null;
  }

  /**
   * @param ask - Gives what the method is asked with, once nothing has changed for a moment; null where nothing is to be asked any more.
   * @param tell - Is told the answer; null where it failed.
   */
  restart(
    ask: () => Parameters<FeatureClassifier[Asked]> | null,
    tell: (said: ReturnType<FeatureClassifier[Asked]> | null) => void,
  ): void {
    this.stop();
    this.#timer = setTimeout(() => {
      const given = ask();
      if (!given) return;
      const worker = new Worker(aside, { type: "module" });
      this.#worker = worker;
      const end = (said: ReturnType<FeatureClassifier[Asked]> | null) => {
        this.stop();
        tell(said);
      };
      worker.onmessage = ({ data }) => end(data);
      // It could not even be loaded.
      worker.onerror = () => end(null);
      const question: Question<Asked> = { bytes: currentSet().save(), method: this.#method, with: given };
      worker.postMessage(question, [question.bytes.buffer]);
    }, REST);
  }
}
