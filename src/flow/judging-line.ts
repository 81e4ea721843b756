/** Judgements that are made one after the other, in the order in which they were asked for, while others are prepared. */

/** One judgement. */
export interface Judgement {
  /** @throws what ends the whole run. */
  readonly judge: () => Promise<void>;
  /** Lets go of what it holds; called once, also where it is not judged any more. */
  readonly release: () => Promise<void>;
}

export class JudgingLine {
  readonly #most: number;
  readonly #waiting: Promise<void>[] = [];
  #last: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  /** @param most so many may wait. */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Returns when few enough wait.
   *
   * @throws what an earlier judgement threw.
   */
  async add(one: Judgement): Promise<void> {
    const before = this.#last;
    this.#last = this.#inTurn(before, one);
    this.#waiting.push(this.#last);
    while (this.#waiting.length > this.#most) await this.#waiting.shift();
    this.#assertGoing();
  }

  /**
   * Waits for all of them.
   *
   * @throws what one of them threw.
   */
  async end(): Promise<void> {
    await this.#last;
    this.#assertGoing();
  }

  /** Makes no judgement any more, and waits until everything is let go. Never throws. */
  async drop(): Promise<void> {
    this.#failure ??= { error: new TypeError('the line was dropped') };
    await this.#last;
  }

  /** Never rejects: a failure is thrown to the one that adds. */
  async #inTurn(before: Promise<void>, { judge, release }: Judgement): Promise<void> {
    await before;
    try {
      if (this.#failure === undefined) await judge();
    } catch (error) {
      this.#failure = { error };
    } finally {
      await release();
    }
  }

  #assertGoing(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
