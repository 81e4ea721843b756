/**
 * What a scan says to Prometheus, by a file for the textfile collector of the node exporter. Source: the text exposition format of
 * Prometheus, version 0.0.4.
 */
import { OutputFile } from '../disk/output-file.ts';
import { type ExitCode, exitCodeFor } from '../exit-codes.ts';
import { type Note, note } from '../notes.ts';
import { VERSION } from '../text/version.ts';
import type { Answer } from './answer.ts';
import type { RunFacts } from './run-facts.ts';
import { printable } from './printable.ts';
import { saidOf } from './scan-said.ts';
import type { ScanTally } from './scan-result.ts';

/** What is known of the run when it ends. */
export interface ScanEnd {
  readonly exitCode: ExitCode;
  readonly facts: RunFacts;
  readonly seconds: number;
  /** Undefined where the scan broke off, so that a part is not taken for the whole. */
  readonly found: { readonly tally: ScanTally; readonly unread: number } | undefined;
}

const PREFIX = 'k8s_verify_scan';
/** Every file of an earlier run begins so. */
const BEGINS = `# HELP ${PREFIX}_`;

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A scan that came to an answer. */
export interface Scanned {
  readonly answer: Answer;
  readonly tally: ScanTally;
  readonly unread: number;
}

/** What the metrics take from the run that they are of. */
export interface RunOfMetrics {
  facts(): RunFacts;
  note(note: Note): void;
}

/** The file of one run. */
export class ScanMetrics {
  readonly #path: string;
  readonly #run: RunOfMetrics;
  readonly #started = performance.now();
  /** The exit code that the file has; undefined where this run wrote none. */
  #said: ExitCode | undefined;
  /** Whether it is told already that the file cannot be written. */
  #isGivenUp = false;

  constructor(path: string, run: RunOfMetrics) {
    this.#path = path;
    this.#run = run;
  }

  /**
   * Has a scan write its metrics, also where it fails. The file is begun before the scan, so that a place which cannot be
   * written costs no scan.
   *
   * @throws InstallError where the file cannot be written, unless the scan has a worse answer: that one counts then.
   */
  async around(scan: () => Promise<Scanned>): Promise<Answer> {
    const file = await this.#open();
    try {
      const { answer, ...found } = await scan().catch(async (error: unknown) => {
        await this.#write(file, exitCodeFor(error), undefined).catch((cause: unknown) =>
          this.#run.note(notWritten(this.#path, cause)),
        );
        throw error;
      });
      const { failed } = answer;
      const notes = [...(answer.notes ?? []), ...notCollected(this.#path)];
      if (failed === undefined)
        return { ...answer, notes: [...notes, ...(await this.#write(file, 0, found))] };
      const told = await this.#write(file, exitCodeFor(failed.error), found).catch((cause: unknown) => [
        notWritten(this.#path, cause),
      ]);
      return { ...answer, notes: [...notes, ...told] };
    } finally {
      await file.discard();
    }
  }

  /**
   * Has the file say how the run ended, where that is not what the scan itself came to: another output could not be
   * written, or the run failed before the scan. An older file must not say that all is well.
   */
  async settle(exitCode: ExitCode): Promise<void> {
    if (this.#said === exitCode || this.#isGivenUp) return;
    try {
      const file = await this.#open();
      try {
        await this.#write(file, exitCode, undefined);
      } finally {
        await file.discard();
      }
    } catch (cause) {
      this.#run.note(notWritten(this.#path, cause));
    }
  }

  async #open(): Promise<OutputFile> {
    this.#isGivenUp = true;
    const file = await OutputFile.open(this.#path, { option: '--metrics', begins: BEGINS });
    this.#isGivenUp = false;
    return file;
  }

  async #write(file: OutputFile, exitCode: ExitCode, found: ScanEnd['found']): Promise<readonly Note[]> {
    this.#isGivenUp = true;
    const seconds = Math.round(performance.now() - this.#started) / 1000;
    await file.write(metricsText({ exitCode, facts: this.#run.facts(), seconds, found }));
    const notes = await file.place();
    this.#isGivenUp = false;
    this.#said = exitCode;
    return notes;
  }
}

function notWritten(path: string, cause: unknown): Note {
  return note('metrics-not-written', `${path}: ${cause instanceof Error ? cause.message : String(cause)}`);
}

/** The collector passes over every other file of its directory, and says nothing. */
function notCollected(path: string): readonly Note[] {
  if (path.endsWith('.prom')) return [];
  const text = `${path}: Prometheus' textfile collector reads only files whose name ends in .prom`;
  return [note('metrics-not-collected', text)];
}

function metricsText({ exitCode, facts, seconds, found }: ScanEnd): string {
  const { startedAt, trustedRoot } = facts;
  const asOf = trustedRoot?.asOf;
  return [
    gauge('timestamp_seconds', 'When the last scan began, in seconds since 1970.', [
      { value: startedAt.getTime() / 1000 },
    ]),
    gauge('duration_seconds', 'How long the last scan took.', [{ value: seconds }]),
    gauge('exit_code', 'How the last scan ended: 0 if nothing has to be done.', [{ value: exitCode }]),
    gauge('info', 'The version of k8s-verify that ran last.', [{ labels: { version: VERSION }, value: 1 }]),
    gauge(
      'trusted_root_timestamp_seconds',
      'As of when the trusted root is known to have been the newest, in seconds since 1970.',
      asOf === undefined ? [] : [{ value: Date.parse(asOf) / 1000 }],
    ),
    ...(found === undefined ? [] : foundFamilies(found)),
  ].join('');
}

function foundFamilies({ tally, unread }: NonNullable<ScanEnd['found']>): readonly string[] {
  const { counts, failures } = tally;
  const byVerdict = {
    genuine: counts.genuine,
    refused: counts.refused,
    unsigned: counts.unsigned,
    'not-allowed': counts.notAllowed,
    'not-judged': counts.notJudged,
    'other-builder': counts.otherBuilder,
    unreadable: counts.unreadable,
  };
  return [
    gauge(
      'files',
      'Kubernetes programs that the last scan found, by verdict.',
      Object.entries(byVerdict).map(([verdict, value]) => ({ labels: { verdict }, value })),
    ),
    gauge('files_allowed', 'Programs that are not proved, and were let pass.', [{ value: counts.allowed }]),
    gauge('unread', 'Other files, directories and processes that could not be read.', [{ value: unread }]),
    gauge(
      'failed_file_info',
      'Programs that make the scan fail; the first ones of each kind.',
      failures.map((program) => {
        const { component = '', version = '' } = saidOf(program);
        const path = printable(program.path);
        return { labels: { path, verdict: program.verdict, component, version }, value: 1 };
      }),
    ),
  ];
}

/** One family; none where it has no sample. */
function gauge(name: string, help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return '';
  const whole = `${PREFIX}_${name}`;
  // One file can be told twice, by its path and as what runs; Prometheus takes a series once.
  const lines = new Set(samples.map(({ labels = {}, value }) => `${whole}${labelsText(labels)} ${value}\n`));
  return `# HELP ${whole} ${help}\n# TYPE ${whole} gauge\n${[...lines].join('')}`;
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
