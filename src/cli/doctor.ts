/** The `doctor` command. */
import { diagnose, type Finding } from '../doctor.ts';
import type { Answer, Console } from './console.ts';
import { hostDirectories } from './host-directories.ts';
import { withClient } from './with-client.ts';
import type { JsonAnswer } from './output-json.ts';
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
  };
  const findings = await withClient({ ...PATIENCE, ...readTransport(options) }, output, (client, signal) =>
    diagnose({ ...request, signal }, client),
  );
  return doctorAnswer(findings);
}

function doctorAnswer(findings: readonly Finding[]): Answer & { readonly json: DoctorReport } {
  const exitCode = findings.find(({ outcome }) => outcome === 'problem')?.exitCode ?? 0;
  return {
    text: findings.map(findingText).join(''),
    json: {
      schemaVersion: 1,
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

function findingText({ subject, outcome, found, advice }: Finding): string {
  const line = `${outcome.padEnd(8)} ${subject.padEnd(18)} ${printable(found)}\n`;
  return advice === undefined ? line : `${line}${' '.repeat(28)}what to do: ${printable(advice)}\n`;
}
