import { realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InterruptedError, UnavailableError } from '../errors.ts';
import { type FileWithin, openWithin, RefusedFile } from '../files/file-within.ts';
import { oversized } from '../strict/malformed.ts';
import { replaceUnprintable } from '../text/unprintable.ts';
import type {
  BytesRequest,
  Delivery,
  ReleaseSource,
  SizeRequest,
  SmallFile,
  SmallFileRequest,
} from './release-source.ts';

/** How much of an artifact is read at a time. */
const CHUNK_BYTES = 256 * 1024;

type Wanted = SizeRequest;

/**
 * A mirror in a directory of this machine. Other people may fill it, so that only regular files below it are read, and a
 * file that is written to while it is read counts for nothing.
 */
export class DirectorySource implements ReleaseSource {
  readonly shown: string;
  readonly isPublisher = false;
  readonly isLocal = true;
  /** Without links. */
  readonly root: string;

  /** @param directory an absolute path that leads to a directory; where it leads to now is what counts. */
  constructor(directory: string) {
    this.root = realpathSync(directory);
    this.shown = replaceUnprintable(directory, () => '?').replace(/(?<=[^/\\])[/\\]+$/, '');
  }

  async small(request: SmallFileRequest): Promise<SmallFile | undefined> {
    return this.#read(request, async (file) => {
      const { maxBytes, what } = request;
      if (file.size > maxBytes) {
        const from = this.#at(request);
        throw oversized(what, `at most ${maxBytes} bytes`, `${file.size} bytes`, { from });
      }
      const bytes = new Uint8Array(file.size);
      for (let filled = 0; filled < bytes.length;) {
        const count = await file.readAt(bytes.subarray(filled), filled);
        if (count === 0) break;
        filled += count;
      }
      await file.assertUnchanged();
      return { bytes, quotable: true };
    });
  }

  /** Begins anew where another source left off: a local file is read whole in no time. */
  async bytes(request: BytesRequest): Promise<Delivery> {
    const delivery = await this.#read(request, (file) => this.#deliver(request, file));
    return delivery ?? { kind: 'absent', reason: 'no such file' };
  }

  async size(request: SizeRequest): Promise<number | undefined> {
    return this.#read(request, (file) => Promise.resolve(file.size));
  }

  async #deliver(request: BytesRequest, file: FileWithin): Promise<Delivery> {
    const { received, maxBytes, onProgress, signal } = request;
    const { sink } = received;
    if (file.size === 0) throw new RefusedFile('it is empty');
    if (file.size > maxBytes) throw new RefusedFile(`it has ${file.size} bytes, more than ${maxBytes}`);
    if (sink.length > 0) await sink.reset();
    const url = this.#at(request);
    Object.assign(received, { total: file.size, origin: url, resumed: false });
    await sink.expect?.(file.size);
    let [current, other] = [Buffer.allocUnsafeSlow(CHUNK_BYTES), Buffer.allocUnsafeSlow(CHUNK_BYTES)];
    // Never more than it had when it was opened: a file can grow for as long as it is read.
    const next = async (buffer: Uint8Array, at: number): Promise<number> =>
      at >= file.size ? 0 : file.readAt(buffer.subarray(0, Math.min(buffer.length, file.size - at)), at);
    let reading = next(current, 0);
    for (let count = await reading; count > 0; count = await reading) {
      if (signal?.aborted === true) throw new InterruptedError('interrupted', { cause: signal.reason });
      reading = next(other, sink.length + count);
      reading.catch(() => undefined);
      await sink.write(current.subarray(0, count));
      onProgress?.(sink.length, file.size);
      [current, other] = [other, current];
    }
    await file.assertUnchanged();
    return { kind: 'delivered', outcome: { url, bytes: sink.length, resumed: false, endedByClose: false } };
  }

  /** @returns undefined if there is no such file. */
  async #read<T>(wanted: Wanted, use: (file: FileWithin) => Promise<T>): Promise<T | undefined> {
    const { signal } = wanted;
    if (signal?.aborted === true) throw new InterruptedError('interrupted', { cause: signal.reason });
    let file: FileWithin | undefined;
    try {
      file = await openWithin(this.root, wanted.path);
      return file === undefined ? undefined : await use(file);
    } catch (error) {
      throw error instanceof RefusedFile ? this.#notRead(wanted, error) : error;
    } finally {
      await file?.close();
    }
  }

  #at({ path }: Pick<Wanted, 'path'>): string {
    return join(this.shown, ...path.split('/'));
  }

  #notRead(wanted: Wanted, cause: RefusedFile): UnavailableError {
    return new UnavailableError('mirror-unreadable', `could not read ${wanted.what}: ${cause.message}`, {
      wanted: `a regular file in ${this.shown}`,
      found: cause.message,
      from: this.#at(wanted),
      next: 'see what is wrong in that directory, or name another source',
      cause,
    });
  }
}

/** Whether the path leads to a directory, through links. */
export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
