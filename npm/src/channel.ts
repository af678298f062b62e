import { HandfulError } from "./errors.js";
import type { Call, Reply, Values } from "./protocol.js";
import type { CallOptions, Progress } from "./types.js";

type WithoutId<R> = R extends unknown ? Omit<R, "id"> : never;
type CallOf<Kind extends keyof Values> = WithoutId<Extract<Call, { kind: Kind }>>;

interface Pending {
  resolve(value: never): void;
  reject(error: HandfulError): void;
  readonly onProgress: ((progress: Progress) => void) | undefined;
}

/** One worker and the calls that it has not answered yet. Once closed it stays closed. */
export class Channel {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #closed: HandfulError | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.onmessage = (event: MessageEvent<Reply>) => this.#receive(event.data);
    worker.onmessageerror = () => this.close(crash("it sent a message that cannot be read"));
    // The event of a script that cannot be loaded carries no message.
    worker.onerror = (event) => {
      event.preventDefault();
      this.close(crash(event.message || "its script cannot be loaded"));
    };
  }

  /** Why the worker is of no use any more, or undefined while it is. */
  get closed(): HandfulError | undefined {
    return this.#closed;
  }

  /** @param options.signal - Tells the worker to stop; the call rejects with what the worker answers then. */
  call<Kind extends keyof Values>(
    call: CallOf<Kind>,
    transfer: Transferable[],
    { onProgress, signal }: CallOptions = {},
  ): Promise<Values[Kind]> {
    if (this.#closed) return Promise.reject(this.#closed);
    const id = ++this.#lastId;
    const stop = (): void => this.#worker.postMessage({ kind: "stop", id });
    signal?.addEventListener("abort", stop, { once: true });
    const answer = new Promise<Values[Kind]>((resolve, reject) => {
      try {
        this.#worker.postMessage({ ...call, id }, transfer);
      } catch (cause) {
        // Addresses can always be sent, so this is an image: one whose pixels the page may not read.
        reject(
          new HandfulError("not-an-image", "The image comes from another origin, without CORS.", { cause }),
        );
        return;
      }
      this.#pending.set(id, { resolve, reject, onProgress });
    });
    return answer.finally(() => signal?.removeEventListener("abort", stop));
  }

  /** Ends the worker; whatever it has not answered rejects with `reason`. */
  close(reason: HandfulError): void {
    if (this.#closed) return;
    this.#closed = reason;
    this.#worker.terminate();
    for (const { reject } of this.#pending.values()) reject(reason);
    this.#pending.clear();
  }

  #receive(reply: Reply): void {
    const pending = this.#pending.get(reply.id);
    if (!pending) return;
    if (reply.kind === "progress") {
      pending.onProgress?.(reply.progress);
      return;
    }
    this.#pending.delete(reply.id);
    if (reply.kind === "done") {
      pending.resolve(reply.value as never);
      return;
    }
    const { code, message, cause } = reply;
    const error = new HandfulError(code, message, { cause });
    pending.reject(error);
    if (reply.fatal) this.close(error);
  }
}

function crash(what: string): HandfulError {
  return new HandfulError("worker", `The encoder's worker failed: ${what}.`);
}
