import type { Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { HashAlgorithm } from '../strict/digest.ts';
import { releaseMemory } from '../strict/memory.ts';
import type { DownloadSink } from '../source/bytes.ts';
import { keepDirectories, removeCreatedDirectories } from './directories.ts';
import { diskError, diskTooSmall, throwIfInterrupted } from './disk-error.ts';
import { EarlySync } from './early-sync.ts';
import type { FrozenFile } from './file-identity.ts';
import type { HeldDirectory } from './held-directory.ts';
import { hashFile } from './hash-file.ts';
import { privateName, removeLeftovers } from './leftovers.ts';
import { setMode } from './set-mode.ts';
import {
  frozen,
  type MadeFile,
  makeStagingFile,
  newHashes,
  openForReading,
  removeStagingFile,
  type StagedIn,
  writeWhole,
} from './staging-file.ts';

/**
 * Bytes per write. A download arrives in pieces of 16 to 64 KiB. One system call and one hash update per 128 KiB save
 * most trips to the thread pool. Larger buffers are not faster, and each download that runs in parallel has two.
 */
const BUFFER_BYTES = 128 * 1024;

export interface StagingOptions {
  /** The destination's directory. The staging file is made in it, so that placing is one rename. */
  readonly directory: string;
  /** The destination's file name, for messages. */
  readonly fileName: string;
  /** Hashes to compute in addition to SHA-256. */
  readonly alsoHash?: readonly Exclude<HashAlgorithm, 'sha256'>[];
  /** Holds the directory, in place of what its path leads to when the first byte arrives; made by the caller. */
  readonly hold?: () => Promise<HeldDirectory>;
  readonly signal?: AbortSignal | undefined;
}

/** The digests of a staged artifact, in hex. */
export interface StagedDigests {
  readonly bytes: number;
  readonly sha256: string;
  readonly sha384?: string;
  readonly sha512?: string;
}

/**
 * Downloaded bytes that are not yet verified, in a private file next to the destination (hidden name, mode 0600).
 * Creates nothing before the first byte arrives; `discard()` leaves nothing behind. The directory is held from then
 * on: the file is made, renamed and removed in that very directory, even if its path changes.
 *
 * Every method throws InstallError `disk-full`, `destination-unwritable`, `destination-unsuitable` or `place-failed`
 * if the disk fails, and InterruptedError once the signal has fired.
 */
export interface StagedArtifact extends DownloadSink {
  /** Absolute path of the staging file. */
  readonly path: string;
  readonly fileName: string;
  /** Creates the staging file now instead of with the first byte. */
  open(): Promise<void>;
  /** Returns the digests of everything written so far. More bytes, or a reset, may follow. */
  finish(): Promise<StagedDigests>;
  /** A digest (hex) that was not computed during the download. Reads the file once more. */
  hash(algorithm: HashAlgorithm): Promise<string>;
  /** Reads at a position of the staging file, even if its name means another file by now. Returns 0 at the end. */
  readAt(buffer: Uint8Array, position: number): Promise<number>;
  /** Ends the writing once the digest is confirmed, and returns the identity of the file. */
  freeze(): Promise<FrozenFile>;
  /** Where the file is; undefined before {@link open} and after it is discarded. */
  readonly at: StagedIn | undefined;
  /**
   * The last step before placing: sets the mode and makes the bytes durable. The file stays open for reading until it
   * is placed or discarded, so that no other file can get its inode.
   */
  seal(mode: number): Promise<void>;
  /** Lets go of the file, which has its final name now. `discard()` does nothing from here on. */
  markPlaced(): Promise<void>;
  /** Removes the file, and the directories created for it if they are empty. Never throws. */
  discard(): Promise<void>;
}

/** A staging file for one artifact. Does not touch the disk yet. */
export function openStaging(options: StagingOptions): StagedArtifact {
  return new StagingFile(options);
}

class StagingFile implements StagedArtifact {
  readonly path: string;
  readonly fileName: string;
  readonly #signal: AbortSignal | undefined;
  readonly #algorithms: readonly HashAlgorithm[];
  readonly #hold: StagingOptions['hold'];
  #hashes: ReadonlyMap<HashAlgorithm, Hash>;
  #at: MadeFile | undefined;
  #handle: FileHandle | undefined;
  #state: 'staged' | 'frozen' | 'placed' | 'discarded' = 'staged';
  #sealed = false;
  #length = 0;
  /** Bytes in the buffer that are not yet handed to the disk. */
  #filled = 0;
  #filling: Buffer | undefined;
  #writing: Buffer | undefined;
  #write: Promise<void> = Promise.resolve();
  #sync = new EarlySync();

  constructor(options: StagingOptions) {
    this.path = join(resolve(options.directory), privateName('part'));
    this.fileName = options.fileName;
    this.#signal = options.signal;
    this.#hold = options.hold;
    this.#algorithms = ['sha256', ...(options.alsoHash ?? [])];
    this.#hashes = newHashes(this.#algorithms);
  }

  get at(): StagedIn | undefined {
    return this.#at;
  }

  get length(): number {
    return this.#length;
  }

  async open(): Promise<void> {
    throwIfInterrupted(this.#signal);
    this.#assertStaged();
    if (this.#handle !== undefined) return;
    try {
      const { at, handle } = await makeStagingFile(this.path, this.#hold);
      [this.#at, this.#handle] = [at, handle];
      this.#assertStaged();
      await removeLeftovers(at.directory, at.name);
    } catch (error) {
      await this.discard();
      throw this.#failed(error);
    }
  }

  async expect(bytes: number): Promise<void> {
    await this.open();
    const free = await this.#at?.directory.freeSpace();
    if (free !== undefined && free < BigInt(bytes)) {
      throw diskTooSmall(this.fileName, dirname(this.path), { needed: BigInt(bytes), free });
    }
  }

  async write(chunk: Uint8Array): Promise<void> {
    await this.open();
    let taken = 0;
    while (taken < chunk.length) {
      this.#filling ??= Buffer.allocUnsafeSlow(BUFFER_BYTES);
      const piece = chunk.subarray(taken, taken + BUFFER_BYTES - this.#filled);
      this.#filling.set(piece, this.#filled);
      this.#filled += piece.length;
      this.#length += piece.length;
      taken += piece.length;
      if (this.#filled === BUFFER_BYTES) await this.#handOver();
    }
  }

  /** Starts to write the full buffer. It is hashed here while another thread writes it. */
  async #handOver(): Promise<void> {
    await this.#lastWrite();
    if (this.#handle === undefined || this.#filling === undefined) return;
    const full = this.#filling.subarray(0, this.#filled);
    this.#write = writeWhole(this.#handle, full, this.#length - this.#filled);
    // The next step that waits for the write reports its failure. Until then the rejection must not end the process.
    this.#write.catch(() => undefined);
    for (const hash of this.#hashes.values()) hash.update(full);
    [this.#filling, this.#writing] = [this.#writing, this.#filling];
    this.#filled = 0;
    this.#sync.wrote(this.#handle, full.length);
  }

  async #lastWrite(): Promise<void> {
    try {
      await this.#write;
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #failed(error: unknown): Error {
    return diskError(error, `write ${this.fileName}`, join(dirname(this.path), this.fileName));
  }

  #assertStaged(): void {
    if (this.#state !== 'staged') throw new TypeError(`the staged artifact is already ${this.#state}`);
  }

  async reset(): Promise<void> {
    this.#assertStaged();
    await this.#write.catch(() => undefined);
    this.#write = Promise.resolve();
    this.#hashes = newHashes(this.#algorithms);
    this.#sync = new EarlySync();
    this.#filled = 0;
    this.#length = 0;
    try {
      await this.#handle?.truncate(0);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  async finish(): Promise<StagedDigests> {
    await this.open();
    await this.#handOver();
    await this.#lastWrite();
    // Hash a copy, so that a download that turns out to be incomplete can continue.
    const hex = (name: HashAlgorithm): string | undefined => this.#hashes.get(name)?.copy().digest('hex');
    const [sha256, sha384, sha512] = [hex('sha256') ?? '', hex('sha384'), hex('sha512')];
    return {
      bytes: this.#length,
      sha256,
      ...(sha384 === undefined ? {} : { sha384 }),
      ...(sha512 === undefined ? {} : { sha512 }),
    };
  }

  async hash(algorithm: HashAlgorithm): Promise<string> {
    await this.finish();
    if (this.#handle === undefined) throw new TypeError('the staged artifact is not open');
    try {
      return await hashFile(this.#handle, algorithm, this.#signal);
    } catch (error) {
      throw diskError(error, `read ${this.fileName} back`, this.path);
    }
  }

  async readAt(buffer: Uint8Array, position: number): Promise<number> {
    if (this.#handle === undefined) throw new TypeError('the staged artifact is not open');
    return (await this.#handle.read(buffer, 0, buffer.length, position)).bytesRead;
  }

  async freeze(): Promise<FrozenFile> {
    await this.open();
    if (this.#handle === undefined || this.#at === undefined) {
      throw new TypeError('the staged artifact is not open');
    }
    this.#state = 'frozen';
    // Free the buffers at once: many artifacts may wait for each other in this state. No write may still read them.
    await this.#lastWrite();
    this.#sync.begin(this.#handle);
    for (const buffer of [this.#filling, this.#writing]) if (buffer !== undefined) releaseMemory(buffer);
    [this.#filling, this.#writing] = [undefined, undefined];
    return frozen(this.#handle, this.#at);
  }

  async seal(mode: number): Promise<void> {
    throwIfInterrupted(this.#signal);
    if (this.#sealed || this.#handle === undefined || this.#at === undefined) return;
    try {
      await setMode(this.#handle, mode);
      await Promise.all([this.#sync.done(), this.#handle.sync()]);
      this.#handle = await openForReading(this.#handle, this.#at);
      this.#sealed = true;
    } catch (error) {
      throw this.#failed(error);
    }
  }

  async markPlaced(): Promise<void> {
    this.#state = 'placed';
    await this.#close();
    await this.#release();
    await keepDirectories(dirname(this.path));
  }

  async discard(): Promise<void> {
    // Set this first, so that a step in progress does not create a file after the removal.
    if (this.#state !== 'placed') this.#state = 'discarded';
    await this.#write.catch(() => undefined);
    await this.#close();
    if (this.#state === 'placed') return;
    if (this.#at !== undefined) await removeStagingFile(this.#at);
    await this.#release();
    await removeCreatedDirectories(dirname(this.path));
  }

  async #release(): Promise<void> {
    const at = this.#at;
    this.#at = undefined;
    await at?.directory.close();
  }

  async #close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    this.#filling = undefined;
    this.#writing = undefined;
    await handle?.close().catch(() => undefined);
  }
}
