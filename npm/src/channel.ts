import { HandfulError } from "./errors.js";
import type { Call, Reply, Values } from "./protocol.js";
import type { CallOptions } from "./types.js";

/** A worker has ended before it came to an image that it had been sent. */
export class Unseen {
  /** Why it has ended. */
  readonly reason: HandfulError;

  constructor(reason: HandfulError) {
    this.reason = reason;
  }
}

/** What a call tells while it goes on, and listens to. */
interface Listeners extends CallOptions {
  /** Waits for leave to decode an image that is large. */
  readonly onLarge?: (() => Promise<void>) | undefined;
  /** Told when such an image has been decoded. */
  readonly onDecoded?: (() => void) | undefined;
}

type WithoutId<R> = R extends unknown ? Omit<R, "id"> : never;
type CallOf<Kind extends keyof Values> = WithoutId<Extract<Call, { kind: Kind }>>;

interface Pending extends Omit<Listeners, "signal"> {
  readonly kind: keyof Values;
  resolve(value: never): void;
  reject(error: HandfulError | Unseen): void;
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
    worker.onmessageerror = () => this.#crashed(crash("it sent a message that cannot be read"));
    // The event of a script that cannot be loaded carries no message.
    worker.onerror = (event) => {
      event.preventDefault();
      this.#crashed(crash(event.message || "its script cannot be loaded"));
    };
  }

  /** Why the worker is of no use any more, or undefined while it is. */
  get closed(): HandfulError | undefined {
    return this.#closed;
  }

  /**
   * An image that the worker has not come to when it crashes rejects with {@link Unseen}.
   *
   * @param options.signal - Tells the worker to stop; the call rejects with what the worker answers then.
   */
  call<Kind extends keyof Values>(
    call: CallOf<Kind>,
    transfer: Transferable[],
    { signal, ...told }: Listeners = {},
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
      this.#pending.set(id, { kind: call.kind, resolve, reject, ...told });
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

  /** The worker was at the image that it has had for longest, as far as it can be told. */
  #crashed(reason: HandfulError): void {
    const oldest = [...this.#pending.values()].find(({ kind }) => kind === "encode");
    oldest?.reject(reason);
    this.#end(reason);
  }

  /** Ends the worker after a crash. */
  #end(reason: HandfulError): void {
    for (const { kind, reject } of this.#pending.values()) if (kind === "encode") reject(new Unseen(reason));
    this.close(reason);
  }

  #receive(reply: Reply): void {
    const { kind, id } = reply;
    const pending = this.#pending.get(id);
    if (!pending) return;
    if (kind === "progress") pending.onProgress?.(reply.progress);
    if (kind === "large")
      void pending.onLarge?.().then(() => this.#worker.postMessage({ kind: "decode", id }));
    if (kind === "decoded") pending.onDecoded?.();
    if (kind !== "done" && kind !== "failed") return;
    this.#pending.delete(id);
    if (kind === "done") {
      pending.resolve(reply.value as never);
      return;
    }
    const { code, message, cause } = reply;
    const error = new HandfulError(code, message, { cause });
    pending.reject(error);
    if (reply.fatal) this.#end(error);
  }
}

function crash(what: string): HandfulError {
  return new HandfulError("worker", `The encoder's worker failed: ${what}.`);
}
