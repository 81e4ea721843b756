/**
 * Hashes open files in threads, as `hash-pool.ts` does, and keeps parts of what was hashed: ranges, and what stands around each
 * occurrence of a text. A thread reads into memory of its own, hashes that memory and copies from it, so that the parts are
 * of the bytes that were hashed, even if something writes to the file meanwhile.
 */
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import type { ByteRange } from '../binary/byte-source.ts';
import { InterruptedError } from '../errors.ts';
import { askThread, startThread } from './hash-thread.ts';

/** In each thread. */
const BUFFER_BYTES = 256 * 1024;
/** More do not help: the disk is the limit then. */
const MAX_THREADS = 4;
/** A file in which the text stands more often is read again by the caller. */
const MAX_HITS = 4096;

/** What is kept of a file. */
export interface Keeping {
  readonly ranges: readonly ByteRange[];
  readonly search: {
    /** Found where all of it lies within one of the ranges. */
    readonly text: Uint8Array;
    /** So many bytes are kept from its first one on, within the range. */
    readonly length: number;
    readonly ranges: readonly ByteRange[];
  };
}

/** Bytes that were hashed, and where they stand. */
export interface KeptPiece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export interface HashedAndKept {
  /** SHA-256, hex. */
  readonly digest: string;
  /** In the order of the ranges; one that the file does not have whole is shorter. */
  readonly kept: readonly KeptPiece[];
  /** In the order of the file; undefined if there are too many. */
  readonly hits: readonly KeptPiece[] | undefined;
}

/** What runs in a thread. It is a text because the program may be one file without others next to it. */
const PROGRAM = `
const { parentPort } = require('node:worker_threads');
const { createHash } = require('node:crypto');
const { readSync } = require('node:fs');
const whole = Buffer.allocUnsafeSlow(${BUFFER_BYTES} + 256);

function hashAndKeep({ descriptor, bytes, ranges, text, length, searched }) {
  const wanted = Buffer.from(text);
  const rest = wanted.subarray(1);
  const carried = wanted.length;
  const hash = createHash('sha256');
  const kept = ranges.map((range) => ({ offset: range.offset, bytes: Buffer.alloc(0), left: range.length }));
  const hits = [];
  // Of which more is to come. The ranges may stand in any order, so that these are not just the last ones.
  let begun = [];
  let isTooMany = false;
  const fill = (one, at, chunk) => {
    const from = one.offset + one.bytes.length - at;
    if (one.left === 0 || from < 0 || from >= chunk.length) return;
    const part = chunk.subarray(from, from + one.left);
    one.bytes = Buffer.concat([one.bytes, part]);
    one.left -= part.length;
  };
  let position = 0;
  // Of the chunk before, so that a text which lies in both is found.
  let before = 0;
  while (position < bytes) {
    const room = whole.subarray(before, before + Math.min(${BUFFER_BYTES}, bytes - position));
    const count = readSync(descriptor, room, 0, room.length, position);
    if (count === 0) break;
    hash.update(room.subarray(0, count));
    const at = position - before;
    const chunk = whole.subarray(0, before + count);
    for (const one of kept) fill(one, at, chunk);
    for (const hit of begun) fill(hit, at, chunk);
    begun = begun.filter(({ left }) => left > 0);
    for (const range of searched) {
      const end = range.offset + range.length;
      const first = Math.max(range.offset - at, 0);
      const last = Math.min(end - at, chunk.length);
      if (isTooMany || last - first < wanted.length) continue;
      const part = chunk.subarray(0, last);
      for (let found = part.indexOf(rest, first + 1); found !== -1; found = part.indexOf(rest, found + rest.length)) {
        // One that was whole in the chunk before was found there.
        if (part[found - 1] !== wanted[0] || found + rest.length <= before) continue;
        const offset = at + found - 1;
        const hit = { offset, bytes: Buffer.alloc(0), left: Math.min(length, end - offset) };
        fill(hit, at, chunk);
        hits.push(hit);
        if (hit.left > 0) begun.push(hit);
        if (hits.length > ${MAX_HITS}) isTooMany = true;
        if (isTooMany) break;
      }
    }
    position += count;
    before = Math.min(carried, chunk.length);
    whole.copyWithin(0, chunk.length - before, chunk.length);
  }
  const piece = ({ offset, bytes }) => ({ offset, bytes: new Uint8Array(bytes) });
  return {
    digest: hash.digest('hex'),
    kept: kept.map(piece),
    hits: isTooMany ? undefined : hits.sort((a, b) => a.offset - b.offset).map(piece),
  };
}

parentPort.on('message', (request) => {
  try {
    parentPort.postMessage(hashAndKeep(request));
  } catch (error) {
    parentPort.postMessage({ failed: String(error.message), code: error.code });
  }
});
`;

type Reply = HashedAndKept | { readonly failed: string; readonly code?: string };

export class KeepingHashPool implements AsyncDisposable {
  readonly size: number = Math.min(availableParallelism(), MAX_THREADS);
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();
  /** Of those that wait for a thread. */
  readonly #waiting: ((worker: Worker) => void)[] = [];

  /**
   * Hashes what a file has from its beginning. It waits until a thread has nothing else to do.
   *
   * @param descriptor is open until this is settled, or the pool is disposed of.
   * @returns undefined where no thread could be started, or one broke off.
   * @throws Error from the system; InterruptedError
   */
  async hash(
    descriptor: number,
    bytes: number,
    { ranges, search }: Keeping,
    signal: AbortSignal | undefined,
  ): Promise<HashedAndKept | undefined> {
    const worker = await this.#worker(signal);
    const { text, length, ranges: searched } = search;
    const request = { descriptor, bytes, ranges, text, length, searched };
    let reply: Reply;
    try {
      reply = await askThread<Reply>(worker, request, signal);
    } catch (error) {
      // It may still read, or it is gone.
      this.#all.delete(worker);
      await worker.terminate();
      if (this.#waiting.length > 0) this.#free(this.#start());
      if (error instanceof InterruptedError) throw error;
      return undefined;
    }
    this.#free(worker);
    if ('failed' in reply) throw Object.assign(new Error(reply.failed), { code: reply.code });
    return reply;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(Array.from(this.#all, (worker) => worker.terminate()));
  }

  #free(worker: Worker): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(worker);
    else next(worker);
  }

  #start(): Worker {
    const worker = startThread(PROGRAM);
    this.#all.add(worker);
    return worker;
  }

  async #worker(signal: AbortSignal | undefined): Promise<Worker> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#all.size < this.size) return this.#start();
    const { promise, resolve } = Promise.withResolvers<Worker>();
    this.#waiting.push(resolve);
    const worker = await promise;
    if (signal?.aborted !== true) return worker;
    this.#free(worker);
    throw new InterruptedError('interrupted', { cause: signal.reason });
  }
}
