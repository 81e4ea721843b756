import { dirname, resolve } from 'node:path';
import type { HeldDirectory } from './held-directory.ts';
import { holdOutputDirectory } from './hold-output-directory.ts';
import { openStaging, type StagedArtifact } from './staging.ts';

const READ_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/**
 * Lines that a run writes down until it can use them, in a hidden file that only this user may read; memory does not grow
 * with them. The file is gone when the run ends, and a run that was killed leaves it to the next one there.
 */
export class Spool implements AsyncDisposable {
  readonly #staged: StagedArtifact;
  #writing: Promise<void> = Promise.resolve();
  #isWritten = false;

  /** @param near a file; the spool is in its directory. */
  constructor(near: string) {
    const directory = dirname(resolve(near));
    const hold = (): Promise<HeldDirectory> => holdOutputDirectory(directory);
    this.#staged = openStaging({ directory, fileName: 'a temporary file', hold });
  }

  /** A failure is told by {@link lines}. */
  add(line: string): void {
    this.#isWritten = true;
    this.#writing = this.#writing.then(() => this.#staged.write(Buffer.from(`${line}\n`, 'utf8')));
    this.#writing.catch(() => undefined);
  }

  /**
   * Every line, from the first on; may be called again.
   *
   * @throws InstallError
   */
  async *lines(): AsyncGenerator<string, void, void> {
    await this.#writing;
    if (!this.#isWritten) return;
    await this.#staged.finish();
    let rest = Buffer.alloc(0);
    const buffer = Buffer.alloc(READ_BYTES);
    for (let position = 0; ;) {
      const bytes = await this.#staged.readAt(buffer, position);
      if (bytes === 0) return;
      position += bytes;
      rest = Buffer.concat([rest, buffer.subarray(0, bytes)]);
      for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE)) {
        yield rest.toString('utf8', 0, end);
        rest = rest.subarray(end + 1);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing.catch(() => undefined);
    await this.#staged.discard();
  }
}
