/** Holds a stream of bytes to a rate, over all who share it, as a link does. */
import { setTimeout as wait } from 'node:timers/promises';

/** Time of the rate that may pass at once: enough that late timers do not lower the rate. */
const BURST_MS = 20;

export interface BucketClock {
  /** Milliseconds. */
  now(): number;
  wait(milliseconds: number): Promise<unknown>;
}

const REAL_CLOCK: BucketClock = { now: () => performance.now(), wait: async (ms) => wait(ms) };

export class TokenBucket {
  /** How many bytes should be taken at once for an even flow. */
  readonly pieceBytes: number;
  readonly #bytesPerMs: number;
  readonly #burst: number;
  readonly #clock: BucketClock;
  #tokens: number;
  #at: number;

  constructor(bitsPerSecond: number, clock: BucketClock = REAL_CLOCK) {
    this.#clock = clock;
    this.#at = clock.now();
    this.#bytesPerMs = bitsPerSecond / 8000;
    this.#burst = this.#bytesPerMs * BURST_MS;
    this.#tokens = this.#burst;
    this.pieceBytes = Math.max(1, Math.min(65_536, Math.floor(this.#bytesPerMs * 5)));
  }

  /** Resolves when the bytes may go. */
  async take(bytes: number): Promise<void> {
    const now = this.#clock.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#bytesPerMs) - bytes;
    this.#at = now;
    if (this.#tokens < 0) await this.#clock.wait(-this.#tokens / this.#bytesPerMs);
  }
}
