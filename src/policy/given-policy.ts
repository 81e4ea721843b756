import type { OpenPolicy, PolicySource } from './open-policy.ts';

/**
 * A policy file that a run is under. It is read once, however often it is asked for: what is done is judged by one text,
 * whose digest the result names.
 */
export class GivenPolicy {
  readonly #source: PolicySource;
  #opened: Promise<OpenPolicy> | undefined;

  constructor(source: PolicySource) {
    this.#source = source;
  }

  /** @throws RequestError `usage` for a policy that cannot be read or used */
  open(): Promise<OpenPolicy> {
    this.#opened ??= import('./open-policy.ts').then(({ openPolicy }) => openPolicy(this.#source));
    return this.#opened;
  }
}
