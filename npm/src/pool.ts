import type { Captured } from "./capture.js";
import { type Channel, Unseen } from "./channel.js";
import { HandfulError } from "./errors.js";
import type { Detail, Encoding } from "./types.js";

/** Images that a worker has at a time: one in its engine, the next ones being decoded or on their way. */
export const AHEAD = 3;

/** Images that have to wait for another worker to be worth its start. */
const WORTH = 12;

/** Milliseconds after which workers that have nothing to do are ended, but for the first. */
const IDLE = 10_000;

/** An image that is to be looked at. */
export interface Job {
  readonly captured: Captured;
  readonly detail: Detail;
  readonly thumbnail: number | undefined;
  /** How many more are about to come with it; undefined for one that is alone, which goes first. */
  readonly following: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** Told when it is sent to a worker. */
  onBegin(): void;
}

interface Waiting extends Job {
  resolve(encoding: Encoding): void;
  reject(reason: unknown): void;
}

/** A worker and the images that it has. */
interface Seat {
  /** Undefined for the first worker, which after a crash is another one. */
  readonly channel: Channel | undefined;
  readonly jobs: Set<Waiting>;
}

/**
 * Hands images to workers of one encoder. There is one until many images wait; then others are started, which end when there has been
 * nothing to do for a while. A crash rejects the image that the worker was at; the others go to another one.
 */
export class Pool {
  #seats: Seat[] = [{ channel: undefined, jobs: new Set() }];
  readonly #first: () => Promise<Channel>;
  readonly #another: () => Promise<Channel>;
  /** Workers at most. */
  #most: number;
  /** Workers that are being started. */
  #starting = 0;
  /** Those that go first stand before the others. */
  #queue: Waiting[] = [];
  /** Settles when no large image is being decoded or waits for that. */
  #decoded: Promise<void> = Promise.resolve();
  #idle: ReturnType<typeof setTimeout> | undefined;
  #ended: HandfulError | undefined;

  /**
   * @param first - Gives the way to the first worker, after a crash to a new one.
   * @param another - Starts one more.
   * @param most - How many there are at most.
   */
  constructor(first: () => Promise<Channel>, another: () => Promise<Channel>, most: number) {
    this.#first = first;
    this.#another = another;
    this.#most = most;
  }

  /** Has an image looked at. */
  encode(job: Job): Promise<Encoding> {
    return new Promise((resolve, reject) => {
      const waiting = { ...job, resolve, reject };
      const place = isAlone(job) ? this.#queue.findIndex((other) => !isAlone(other)) : -1;
      this.#queue.splice(place < 0 ? this.#queue.length : place, 0, waiting);
      this.#grow(this.#queue.length + (job.following ?? 0));
      this.#deal();
    });
  }

  /** Ends the workers, but for the first; images that wait for one are rejected. */
  end(reason: HandfulError): void {
    this.#ended = reason;
    this.#most = 1;
    for (const { reject } of this.#queue.splice(0)) reject(reason);
    this.#shrink(reason);
  }

  /** Starts the workers that are worth it for so many images. */
  #grow(count: number): void {
    const wanted = Math.min(this.#most, 1 + Math.floor(count / WORTH));
    while (this.#seats.length + this.#starting < wanted) void this.#start();
  }

  async #start(): Promise<void> {
    this.#starting += 1;
    try {
      const channel = await this.#another();
      if (this.#ended) channel.close(this.#ended);
      else this.#seats.push({ channel, jobs: new Set() });
    } catch {
      // Where no more can be started, as many do the work as there are.
      this.#most = this.#seats.length;
    }
    this.#starting -= 1;
    this.#deal();
  }

  #shrink(reason: HandfulError): void {
    clearTimeout(this.#idle);
    for (const { channel } of this.#seats) channel?.close(reason);
    this.#seats = this.#seats.filter(isOpen);
  }

  /** Gives waiting images to workers that have room for them. */
  #deal(): void {
    this.#seats = this.#seats.filter(isOpen);
    for (let job = this.#queue[0]; job; job = this.#queue[0]) {
      const seat = this.#seatFor(job);
      if (!seat) break;
      this.#queue.shift();
      void this.#serve(seat, job);
    }
    clearTimeout(this.#idle);
    if (this.#seats.length === 1 || this.#seats.some(({ jobs }) => jobs.size > 0)) return;
    this.#idle = setTimeout(() => this.#shrink(new HandfulError("worker", "There was nothing to do.")), IDLE);
    // In Node a timer would keep the program running.
    (this.#idle as { unref?(): void }).unref?.();
  }

  /** Of the workers that have room for an image the one that has least to do. */
  #seatFor(job: Job): Seat | undefined {
    const free = this.#seats.filter(({ jobs }) => hasRoom(jobs, job));
    return free.sort((a, b) => a.jobs.size - b.jobs.size)[0];
  }

  async #serve(seat: Seat, job: Waiting): Promise<void> {
    const { captured, detail, thumbnail, signal } = job;
    const { image, transfer } = captured;
    seat.jobs.add(job);
    let onDecoded = (): void => {};
    const onLarge = (): Promise<void> => {
      const before = this.#decoded;
      const decoded = new Promise<void>((resolve) => {
        onDecoded = resolve;
      });
      this.#decoded = before.then(() => decoded);
      return before;
    };
    try {
      const channel = seat.channel ?? (await this.#first());
      if (signal?.aborted) {
        if ("close" in image) image.close();
        throw signal.reason;
      }
      job.onBegin();
      const call = { kind: "encode", image, detail, thumbnail, first: isAlone(job) } as const;
      job.resolve(await channel.call<"encode">(call, transfer, { onLarge, onDecoded: () => onDecoded() }));
    } catch (failure) {
      if (!(failure instanceof Unseen)) job.reject(failure);
      else if (this.#ended || !canBeSentAgain(job)) job.reject(failure.reason);
      else this.#queue.unshift(job);
    }
    onDecoded();
    seat.jobs.delete(job);
    this.#deal();
  }
}

function isAlone({ following }: Job): boolean {
  return following === undefined;
}

/** Files can be sent as often as one likes; pixels are gone with the worker that got them. */
function canBeSentAgain({ captured }: Job): boolean {
  return captured.transfer.length === 0;
}

/** What could not be sent again is sent to a worker that has nothing else, so that it is lost only by its own fault. */
function hasRoom(jobs: ReadonlySet<Job>, job: Job): boolean {
  if (!canBeSentAgain(job)) return jobs.size === 0;
  return jobs.size < AHEAD + (isAlone(job) ? 1 : 0) && [...jobs].every(canBeSentAgain);
}

function isOpen({ channel }: Seat): boolean {
  return !channel?.closed;
}
