import { basename, dirname, resolve } from 'node:path';
import { InstallError } from '../errors.ts';
import type { Note } from '../notes.ts';
import { excerpt } from '../text/excerpt.ts';
import { diskError, isAbsent } from './disk-error.ts';
import { HeldDirectory } from './held-directory.ts';
import { holdOutputDirectory } from './hold-output-directory.ts';
import { inspectDestination } from './inspect-destination.ts';
import { placeStaged } from './place.ts';
import { openStaging, type StagedArtifact } from './staging.ts';

export interface OutputFileOptions {
  /** The option that named the file, for messages: `--attest`. */
  readonly option: string;
  /**
   * How a file of this kind begins. An existing file is replaced only if it is empty or begins with it: the option may
   * name by mistake what must not be lost, such as the file that is verified.
   */
  readonly begins: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A file that a run writes piece by piece. Until it is whole it has a hidden name next to its own; then it gets that with
 * one rename. No link is followed.
 */
export class OutputFile {
  /** Absolute. */
  readonly path: string;
  readonly #options: OutputFileOptions;
  readonly #staged: StagedArtifact;

  private constructor(path: string, options: OutputFileOptions, staged: StagedArtifact) {
    this.path = path;
    this.#options = options;
    this.#staged = staged;
  }

  /**
   * Finds out whether the file can be written, and begins it.
   *
   * @throws InstallError `output-unwritable`
   */
  static async open(path: string, options: OutputFileOptions): Promise<OutputFile> {
    const whole = resolve(path);
    const { option, signal } = options;
    try {
      await assertReplaceable(whole, options);
      const directory = dirname(whole);
      const hold = (): Promise<HeldDirectory> => holdOutputDirectory(directory);
      const staged = openStaging({ directory, fileName: basename(whole), hold, signal });
      await staged.open();
      return new OutputFile(whole, options, staged);
    } catch (error) {
      throw elsewhere(error, option);
    }
  }

  /** @throws InstallError `output-unwritable` */
  async write(text: string): Promise<void> {
    try {
      await this.#staged.write(Buffer.from(text, 'utf8'));
    } catch (error) {
      throw elsewhere(error, this.#options.option);
    }
  }

  /**
   * Gives the file its name.
   *
   * @throws InstallError `output-unwritable`; what was there before is there still then.
   */
  async place(): Promise<readonly Note[]> {
    try {
      await assertReplaceable(this.path, this.#options);
      return await placeStaged(this.#staged, this.path);
    } catch (error) {
      throw elsewhere(error, this.#options.option);
    }
  }

  /** Removes what was written; does nothing once it is placed. Never throws. */
  async discard(): Promise<void> {
    await this.#staged.discard();
  }
}

/** What the disk says and advises is about an install. */
function elsewhere(error: unknown, option: string): unknown {
  if (!(error instanceof InstallError)) return error;
  const { message, wanted, found, why } = error;
  return new InstallError('output-unwritable', message, {
    ...(wanted === undefined ? {} : { wanted }),
    ...(found === undefined ? {} : { found }),
    ...(why === undefined ? {} : { why }),
    next: `name another place with ${option} FILE`,
    cause: error,
  });
}

/** @throws InstallError */
async function assertReplaceable(path: string, { begins }: OutputFileOptions): Promise<void> {
  if ((await inspectDestination(path)) === 'absent') return;
  const found = await beginningOf(path, Buffer.byteLength(begins));
  if (found === '' || found === begins) return;
  throw new InstallError('destination-unsuitable', `${path} is another file, and would be lost`, {
    wanted: 'no file, an empty one, or one of an earlier run of this kind',
    found: `a file that begins with ${excerpt(found, 40)}`,
  });
}

async function beginningOf(path: string, bytes: number): Promise<string> {
  let directory: HeldDirectory | undefined;
  try {
    directory = await HeldDirectory.open(dirname(path));
    const file = await directory.openFile(basename(path));
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isAbsent(error)) return '';
    throw diskError(error, `read ${basename(path)}`, path);
  } finally {
    await directory?.close();
  }
}
