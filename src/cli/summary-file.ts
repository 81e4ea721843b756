/** The file of `--attest` itself; loaded only where there is one. */
import { STATEMENT_BEGINS, statementLine } from '../attest/statement.ts';
import { summaryOf } from '../attest/verification-summary.ts';
import type { Verified } from '../attest/verified.ts';
import { OutputFile } from '../disk/output-file.ts';
import { type Note, note } from '../notes.ts';
import type { PolicyOrigin } from '../policy/judge.ts';
import type { Console } from './console.ts';
import type { ParsedLine } from './parsed-line.ts';

/**
 * @throws InstallError `output-unwritable`; RequestError `usage` for a policy file that cannot be used
 */
export async function openSummaryFile(
  path: string,
  { options }: ParsedLine,
  output: Console,
): Promise<SummaryFile> {
  const policy = await options.policy?.open();
  const server = options.mirror?.[0] ?? policy?.file.sources?.[0];
  const file = await OutputFile.open(path, { option: '--attest', begins: STATEMENT_BEGINS });
  return new SummaryFile(file, { server, policy: policy?.origin }, output);
}

interface Facts {
  readonly server: string | undefined;
  readonly policy: PolicyOrigin | undefined;
}

/** Summaries, one a line, as they come. */
export class SummaryFile {
  readonly #file: OutputFile;
  readonly #facts: Facts;
  readonly #output: Console;
  /** Settles once everything that was added is written. */
  #written: Promise<void> = Promise.resolve();
  #leftOut = 0;

  constructor(file: OutputFile, facts: Facts, output: Console) {
    this.#file = file;
    this.#facts = facts;
    this.#output = output;
  }

  /** Never throws: {@link finish} tells what could not be written. */
  add(verified: Verified): void {
    const { server, policy } = this.#facts;
    const known: Verified =
      verified.kind === 'failed'
        ? { ...verified, policy, trustedRoot: this.#output.facts().trustedRoot }
        : verified;
    const statement = summaryOf(known, { server });
    if (statement === undefined) {
      this.#leftOut += 1;
      return;
    }
    const text = statementLine(statement);
    this.#written = this.#written.then(() => this.#file.write(text));
    // Until then it must not end the process.
    this.#written.catch(() => undefined);
  }

  /** @throws InstallError `output-unwritable` */
  async finish(): Promise<readonly Note[]> {
    await this.#written;
    const notes = await this.#file.place();
    if (this.#leftOut === 0) return notes;
    const said =
      this.#leftOut === 1
        ? '1 result has no verification summary: nothing was learnt about it, or its digest is not known'
        : `${this.#leftOut} results have no verification summary: nothing was learnt about them, or their digests are not known`;
    return [...notes, note('summaries-left-out', said)];
  }

  /** As of {@link OutputFile.discard}. */
  async discard(): Promise<void> {
    await this.#written.catch(() => undefined);
    await this.#file.discard();
  }
}
