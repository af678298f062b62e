/** Questions about the set that would hold the page: worked out beside it, when it has been left alone for a moment. */
import { answer, type Given, type Method, type Question, type Said } from "./asking";
import { currentSet, onSetDropped } from "./set";

/** Milliseconds without another question. */
const REST = 250;

/** Examples of a set that is judged within some ten milliseconds. */
export const FEW = 100;

/** One kind of question, of which the last counts. */
export class Consultation<Asked extends Method> {
  readonly #method: Asked;
  readonly #atOnce: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** At work on one question. */
  #worker: Worker | null = null;

  /** @param atOnce - Of a set of so many examples the page answers itself: starting a worker would take longer. */
  constructor(method: Asked, atOnce = 0) {
    this.#method = method;
    this.#atOnce = atOnce;
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
  restart(ask: () => Given<Asked> | null, tell: (said: Said<Asked> | null) => void): void {
    this.stop();
    this.#timer = setTimeout(() => {
      const given = ask();
      if (!given) return;
      const set = currentSet();
      if (set.examples.length <= this.#atOnce) return tell(answer(set, this.#method, given));
      const worker = new Worker(new URL("./aside.ts", import.meta.url), { type: "module" });
      this.#worker = worker;
      const end = (said: Said<Asked> | null) => {
        this.stop();
        tell(said);
      };
      worker.onmessage = ({ data }) => end(data);
      // It could not even be loaded.
      worker.onerror = () => end(null);
      const question: Question<Asked> = { bytes: set.save(), method: this.#method, with: given };
      worker.postMessage(question, [question.bytes.buffer]);
    }, REST);
  }
}
