/** `--report FILE`: the page of an audit, begun before the work and written after it. */
import { OutputFile } from '../disk/output-file.ts';
import { Spool } from '../disk/spool.ts';
import { PAGE_BEGINNING } from '../report/frame.ts';
import type { ReleaseReport, ScanReport } from '../report/report-data.ts';
import { releasePage } from '../report/release-page.ts';
import { scanPage } from '../report/scan-page.ts';
import type { CommandName } from './add-command.ts';

/** A page that a run writes. */
export interface ReportPage extends AsyncDisposable {
  /** As the option names it. */
  readonly path: string;
  /** One of the results of the run, in their order; kept on disk until the page is written. */
  add(result: object): void;
  /**
   * Writes the page.
   *
   * @param report the object that `--json` prints; where it has no results, they are those that were added, or none.
   * @throws InstallError; what was there before is there still then.
   */
  write(report: object, results: 'added' | 'none'): Promise<void>;
}

/**
 * Begins the page, so that a place that cannot be written is found out before the work.
 *
 * @throws InstallError
 */
export async function openReport(path: string, command: CommandName): Promise<ReportPage> {
  return new Page(path, command, await OutputFile.open(path, { option: '--report', begins: PAGE_BEGINNING }));
}

class Page implements ReportPage {
  readonly path: string;
  readonly #command: CommandName;
  readonly #file: OutputFile;
  readonly #rows: Spool;

  constructor(path: string, command: CommandName, file: OutputFile) {
    this.path = path;
    this.#command = command;
    this.#file = file;
    this.#rows = new Spool(file.path);
  }

  add(result: object): void {
    this.#rows.add(JSON.stringify(result));
  }

  async write(report: object, results: 'added' | 'none'): Promise<void> {
    const json: { readonly results?: readonly object[] } & ScanReport & ReleaseReport = JSON.parse(
      JSON.stringify(report),
    );
    const whole = (json.results ?? []).map((one) => JSON.stringify(one));
    const rows = results === 'added' && whole.length === 0 ? () => this.#rows.lines() : () => each(whole);
    const page = this.#command === 'release' ? releasePage : scanPage;
    for await (const piece of page(json, rows)) await this.#file.write(piece);
    await this.#file.place();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rows[Symbol.asyncDispose]();
    await this.#file.discard();
  }
}

// oxlint-disable-next-line typescript/require-await -- rows on disk are waited for
async function* each(rows: readonly string[]): AsyncGenerator<string, void, void> {
  yield* rows;
}
