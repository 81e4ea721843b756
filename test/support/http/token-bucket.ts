/** Holds a stream of bytes to a rate, over all who share it, as a link does. */
import { setTimeout as wait } from 'node:timers/promises';

/** Time of the rate that may pass at once: enough that late timers do not lower the rate. */
const BURST_MS = 20;

export class TokenBucket {
  /** How many bytes should be taken at once for an even flow. */
  readonly pieceBytes: number;
  readonly #bytesPerMs: number;
  readonly #burst: number;
  #tokens: number;
  #at: number = performance.now();

  constructor(bitsPerSecond: number) {
    this.#bytesPerMs = bitsPerSecond / 8000;
    this.#burst = this.#bytesPerMs * BURST_MS;
    this.#tokens = this.#burst;
    this.pieceBytes = Math.max(1, Math.min(65_536, Math.floor(this.#bytesPerMs * 5)));
  }

  /** Resolves when the bytes may go. */
  async take(bytes: number): Promise<void> {
    const now = performance.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#bytesPerMs) - bytes;
    this.#at = now;
    if (this.#tokens < 0) await wait(-this.#tokens / this.#bytesPerMs);
  }
}
