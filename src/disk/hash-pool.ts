/**
 * Hashes open files in threads, so that every core has something to do. A thread is given the number of a descriptor that
 * this process has open, and no path: which file it is was decided before.
 */
import { read } from 'node:fs';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import type { Worker } from 'node:worker_threads';
import type { HashAlgorithm } from '../strict/digest.ts';
import { type Buffers, hashBeginning, newBuffers, type ReadableAt } from './hash-file.ts';
import { askThread, startThread } from './hash-thread.ts';

const readFile = promisify(read);

/** In each thread. They are used again for the next file, so that many files take no more memory than one. */
const BUFFER_BYTES = 256 * 1024;

/** More do not help: the disk is the limit then. */
const MAX_THREADS = 4;

/** What runs in a thread. It is a text because the program may be one file without others next to it. */
const PROGRAM = `
const { parentPort } = require('node:worker_threads');
const { createHash } = require('node:crypto');
const { readSync } = require('node:fs');
const buffer = Buffer.allocUnsafeSlow(${BUFFER_BYTES});
parentPort.on('message', ({ algorithm, descriptor, bytes }) => {
  try {
    const hash = createHash(algorithm);
    let position = 0;
    while (position < bytes) {
      const read = readSync(descriptor, buffer, 0, Math.min(buffer.length, bytes - position), position);
      if (read === 0) break;
      hash.update(buffer.subarray(0, read));
      position += read;
    }
    parentPort.postMessage({ digest: hash.digest('hex') });
  } catch (error) {
    parentPort.postMessage({ failed: String(error.message) });
  }
});
`;

type Reply = { readonly digest: string } | { readonly failed: string };

export class HashPool implements AsyncDisposable {
  readonly size: number = Math.min(availableParallelism(), MAX_THREADS);
  readonly #idle: Worker[] = [];
  readonly #all: Worker[] = [];
  #spare: Buffers | undefined;

  /**
   * The digest (hex) of what a file has from its beginning. At most {@link HashPool.size} at once.
   *
   * @throws Error from the system
   */
  async digest(
    algorithm: HashAlgorithm,
    descriptor: number,
    bytes: number,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const worker = this.#idle.pop() ?? this.#start();
    if (worker === undefined) return this.#here(algorithm, descriptor, bytes, signal);
    const reply = await askThread<Reply>(worker, { algorithm, descriptor, bytes }, signal);
    this.#idle.push(worker);
    if ('failed' in reply) throw new Error(reply.failed);
    return reply.digest;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map((worker) => worker.terminate()));
  }

  /** Nothing else reads into the buffers until this file is done. */
  async #here(
    algorithm: HashAlgorithm,
    descriptor: number,
    bytes: number,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const buffers = this.#spare ?? newBuffers(BUFFER_BYTES);
    this.#spare = undefined;
    const file: ReadableAt = {
      read: (buffer, offset, length, position) => readFile(descriptor, buffer, offset, length, position),
    };
    const [digest = ''] = await hashBeginning(file, bytes, [algorithm], signal, { buffers });
    this.#spare = buffers;
    return digest;
  }

  /** One thread fewer than cores: this one hashes too, and a thread takes 10 MB. */
  #start(): Worker | undefined {
    if (this.#all.length >= this.size - 1) return undefined;
    const worker = startThread(PROGRAM);
    this.#all.push(worker);
    return worker;
  }
}
