import { setTimeout as delay } from 'node:timers/promises';

export interface PaceLimits {
  /** Tasks that run at the same time. */
  readonly atOnce: number;
  /** Tasks that begin within any second; default: any number. */
  readonly perSecond?: number;
}

/** How time passes, so that a test need not wait for it. */
export interface Ticks {
  /** Milliseconds since any moment; never goes back. */
  now(): number;
  wait(milliseconds: number): Promise<void>;
}

const SECOND_MS = 1000;
const MACHINE: Ticks = { now: () => performance.now(), wait: (milliseconds) => delay(milliseconds) };

/** Lets tasks begin in the order in which they come, and not too many at a time. */
export class Pace {
  readonly #limits: PaceLimits;
  readonly #ticks: Ticks;
  readonly #waiting: (() => void)[] = [];
  /** When the last tasks began, oldest first. */
  #begun: readonly number[] = [];
  #running = 0;
  #isWaitingForTime = false;

  constructor(limits: PaceLimits, ticks: Ticks = MACHINE) {
    this.#limits = limits;
    this.#ticks = ticks;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    this.#beginNext();
    await promise;
    try {
      return await task();
    } finally {
      this.#running -= 1;
      this.#beginNext();
    }
  }

  #beginNext(): void {
    while (this.#waiting.length > 0 && this.#running < this.#limits.atOnce && !this.#isWaitingForTime) {
      const later = this.#timeUntilNext();
      if (later > 0) {
        void this.#beginAfter(later);
        return;
      }
      this.#running += 1;
      this.#waiting.shift()?.();
    }
  }

  async #beginAfter(milliseconds: number): Promise<void> {
    this.#isWaitingForTime = true;
    await this.#ticks.wait(milliseconds);
    this.#isWaitingForTime = false;
    this.#beginNext();
  }

  /** Milliseconds; where it is 0, the next task counts as begun. */
  #timeUntilNext(): number {
    const { perSecond } = this.#limits;
    if (perSecond === undefined) return 0;
    const now = this.#ticks.now();
    this.#begun = this.#begun.filter((time) => now - time < SECOND_MS);
    const [oldest] = this.#begun;
    if (oldest !== undefined && this.#begun.length >= perSecond) return SECOND_MS - (now - oldest);
    this.#begun = [...this.#begun, now];
    return 0;
  }
}
