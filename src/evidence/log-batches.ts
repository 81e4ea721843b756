/**
 * Look-ups of many entries, up to ten in one request. Rekor takes `entryUUIDs`: the hash of a leaf is enough, and we
 * compute it. Answers come in no order and lack what the log does not have, so each is matched by that hash. Whatever a
 * batch does not answer is asked for alone, as a run with one artifact does: only that answer decides.
 */
import { K8sVerifyError } from '../errors.ts';
import { MAX_LOG_REQUESTS_AT_ONCE, MAX_LOG_REQUESTS_PER_SECOND } from '../limits.ts';
import type { Digest } from '../strict/digest.ts';
import type { DetachedMaterial } from './detached-material.ts';
import { canonicalBody, hashedRekordEntry, leafHash } from './hashedrekord.ts';
import { Pace } from './pace.ts';
import type { RekorEntry } from './rekor-entry.ts';
import { ENTRIES_PER_REQUEST, lookUpEntries, lookUpLeaves, type RekorLog } from './rekor.ts';

/** Finds the entries for exactly this signature, certificate and digest; empty if the log has none. */
export type LookUp = (material: DetachedMaterial, digest: Digest) => Promise<readonly RekorEntry[]>;

/** The place of one artifact among those that are looked up together. */
export interface Seat {
  readonly lookUp: LookUp;
  /** Nothing more will be asked for here, so that no batch waits for it. */
  leave(): void;
}

interface Asked {
  readonly leaf: string;
  readonly answer: PromiseWithResolvers<readonly RekorEntry[]>;
}

/** A log that is asked at a pace which it bears. */
export function pacedLog(log: RekorLog): RekorLog {
  const pace = new Pace({ atOnce: MAX_LOG_REQUESTS_AT_ONCE, perSecond: MAX_LOG_REQUESTS_PER_SECOND });
  const fetchSmall: RekorLog['http']['fetchSmall'] = async (request) =>
    pace.run(async () => log.http.fetchSmall(request));
  return { ...log, http: { fetchSmall } };
}

/** The look-ups of one run. A batch goes off when it is full, or when every seat has asked or left. */
export class LogBatches {
  readonly #log: RekorLog;
  readonly #answers = new Map<string, Promise<readonly RekorEntry[]>>();
  #asked: Asked[] = [];
  #undecided = 0;

  constructor(log: RekorLog) {
    this.#log = log;
  }

  /** To be taken by all before the first of them asks. */
  takeSeat(): Seat {
    this.#undecided += 1;
    let isDecided = false;
    const leave = (): void => {
      if (isDecided) return;
      isDecided = true;
      this.#undecided -= 1;
      this.#sendIfComplete();
    };
    return {
      leave,
      lookUp: async (material, digest) => {
        const found = this.#ask(leafHash(canonicalBody(hashedRekordEntry(material, digest))));
        leave();
        this.#sendIfComplete();
        const entries = await found;
        return entries.length > 0 ? entries : lookUpEntries(this.#log, material, digest);
      },
    };
  }

  #ask(leaf: string): Promise<readonly RekorEntry[]> {
    const known = this.#answers.get(leaf);
    if (known !== undefined) return known;
    const answer = Promise.withResolvers<readonly RekorEntry[]>();
    this.#answers.set(leaf, answer.promise);
    this.#asked.push({ leaf, answer });
    return answer.promise;
  }

  #sendIfComplete(): void {
    while (this.#asked.length >= ENTRIES_PER_REQUEST || (this.#undecided === 0 && this.#asked.length > 0)) {
      void this.#send(this.#asked.splice(0, ENTRIES_PER_REQUEST));
    }
  }

  /**
   * An answer that cannot be used says nothing about any entry of the batch: each is asked for alone then, and fails
   * alone. A log that cannot be reached is not asked ten times more.
   */
  async #send(asked: readonly Asked[]): Promise<void> {
    const found = await lookUpLeaves(
      this.#log,
      asked.map(({ leaf }) => leaf),
    ).catch((error: unknown) => error);
    for (const { leaf, answer } of asked) {
      if (found instanceof Map) answer.resolve(found.get(leaf) ?? []);
      else if (isUnusable(found)) answer.resolve([]);
      else answer.reject(found);
    }
  }
}

function isUnusable(error: unknown): boolean {
  return (
    error instanceof K8sVerifyError &&
    (error.code === 'response-invalid' || error.code === 'log-entry-invalid')
  );
}
