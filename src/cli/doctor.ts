/** The `doctor` command. */
import { resolve } from 'node:path';
import type { Finding } from '../diagnosis/finding.ts';
import { diagnose } from '../doctor.ts';
import type { Answer, Console } from './console.ts';
import { hostDirectories } from './host-directories.ts';
import { withClient } from './with-client.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { NoteCode } from '../notes.ts';
import type { JsonAnswer } from './output-json.ts';
import { tsvLine } from './output-text.ts';
import { symbol, type TextStyle, wrapped } from './style.ts';
import { printable } from './printable.ts';
import { type ParsedLine, readNetwork, readTransport, readTrust } from './parsed-line.ts';

export interface DoctorReport extends JsonAnswer {
  readonly findings: readonly Omit<Finding, 'exitCode'>[];
}

/** Shorter than a run's: the person who asked is waiting. */
const PATIENCE = { retries: 0, timeoutMs: 10_000 } as const;

/** Looks at what a run needs; its exit code is what a run would end with. */
export async function doctor({ options }: ParsedLine, output: Console): Promise<Answer> {
  const request = {
    ...readNetwork(options),
    ...readTrust(options),
    env: process.env,
    directories: hostDirectories(),
    ...(options.installDir === undefined ? {} : { installDirectory: resolve(options.installDir) }),
  };
  const findings = await withClient(
    { ...PATIENCE, ...readTransport(options) },
    withoutFindings(output),
    (client, signal) => diagnose({ ...request, signal }, client),
  );
  return doctorAnswer(findings);
}

/** Notes of every run, which `doctor` has as findings. */
const FINDINGS: ReadonlySet<NoteCode> = new Set(['node-variables', 'tls-switch-ignored']);

/** Tells nothing twice. */
function withoutFindings(output: Console): Console {
  return {
    ...output,
    async start() {
      const report = await output.start();
      return (event) => {
        if (event.kind !== 'note' || !FINDINGS.has(event.code)) report(event);
      };
    },
  };
}

function doctorAnswer(findings: readonly Finding[]): Answer & { readonly json: DoctorReport } {
  const exitCode = findings.find(({ outcome }) => outcome === 'problem')?.exitCode ?? 0;
  return {
    text: findings
      .map(({ outcome, subject, found, advice }) => tsvLine([outcome, subject, found, advice]))
      .join(''),
    shown: (style) => findingsTable(findings, exitCode, style),
    json: {
      schemaVersion: 1,
      command: 'doctor',
      ok: exitCode === 0,
      exitCode,
      findings: findings.map(({ subject, outcome, found, advice }) => ({
        subject,
        outcome,
        found,
        ...(advice === undefined ? {} : { advice }),
      })),
    },
  };
}

/** A line for each thing, with what to do below it; then how many of them need a look. */
function findingsTable(findings: readonly Finding[], exitCode: ExitCode, style: TextStyle): string {
  const lines = findings.map(({ subject, outcome, found, advice }) => {
    const mark = symbol(style, outcome === 'ok' ? 'done' : outcome === 'note' ? 'note' : 'failed');
    const column = (style.terminal?.unicode === true ? 2 : 3) + SUBJECT_WIDTH;
    const begin = `${mark}${style.terminal?.unicode !== true && outcome === 'note' ? ' ' : ''}`;
    const below =
      advice === undefined ? '' : `\n${' '.repeat(column)}${wrapped(printable(advice), column, style)}`;
    return `${begin}${subject.padEnd(SUBJECT_WIDTH)}${wrapped(printable(found), column, style)}${below}\n`;
  });
  const count = findings.filter(({ outcome }) => outcome !== 'ok').length;
  const things = count === 0 ? 'Nothing' : count === 1 ? '1 thing' : `${count} things`;
  const means = exitCode === 0 ? `: ${expected(findings)}` : ` (k8s-verify help ${exitCode})`;
  return `${lines.join('')}${things} to look at. Exit code ${exitCode}${means}\n`;
}

function expected(findings: readonly Finding[]): string {
  const log = findings.find(({ subject }) => subject === 'public log');
  return log?.outcome === 'note'
    ? 'what has a bundle or kept evidence will work'
    : 'a run can be expected to work';
}

/** Longer than any subject. */
const SUBJECT_WIDTH = 15;
