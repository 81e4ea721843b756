/** What a scan found, counted and in the forms that programs read. */
import type { ScannedProgram } from '../flow/scan-program.ts';
import type { PolicyUse } from '../policy/policy.ts';
import type { ScanCounts } from '../report/report-data.ts';
import { type ToldProgram, toldOf } from './scan-said.ts';
import type { Invocation } from './invocation.ts';
import { errorReport } from './output-json.ts';
import { tsvLine } from './output-text.ts';

export type FailedProgram = Extract<ScannedProgram, { readonly kind: 'failed' }>;

const COUNTED = {
  refused: 'refused',
  unsigned: 'unsigned',
  'not-allowed': 'notAllowed',
  'not-judged': 'notJudged',
  'other-builder': 'otherBuilder',
  unreadable: 'unreadable',
  // Only a mirror can lack what it should have.
  missing: 'unreadable',
  // What is published of it says nothing for certain.
  inconsistent: 'notJudged',
} as const;

/** Counts programs; keeps of them what is printed at the end. */
export class ScanTally {
  /** Everything, for JSON. */
  readonly programs: ScannedProgram[] = [];
  /** What a line of text says of each; some 300 bytes. */
  readonly told: ToldProgram[] = [];
  /** Those that make the run fail, at most {@link MOST_FAILURES} of each code. */
  readonly failures: FailedProgram[] = [];
  /** What the policy file took to allow them, each kind once. */
  readonly policies = new Map<string, PolicyUse>();
  readonly #failed = new Map<string, number>();
  readonly #keeps: 'whole' | 'slim' | 'none';
  readonly #counts = {
    found: 0,
    genuine: 0,
    refused: 0,
    unsigned: 0,
    notAllowed: 0,
    notJudged: 0,
    otherBuilder: 0,
    unreadable: 0,
    allowed: 0,
  };

  /** @param keeps `whole`: everything; `slim`: what text says; `none`: each was printed at once. */
  constructor(keeps: 'whole' | 'slim' | 'none') {
    this.#keeps = keeps;
  }

  get counts(): ScanCounts {
    return this.#counts;
  }

  add(program: ScannedProgram): void {
    this.#counts.found += 1;
    if (program.kind === 'failed') this.#fail(program);
    else {
      const { claim, policy } = program.artifact;
      if (claim === 'genuine') this.#counts.genuine += 1;
      if (policy !== undefined) this.policies.set(JSON.stringify(policy), policy);
    }
    if (this.#keeps === 'whole') this.programs.push(program);
    if (this.#keeps === 'slim') this.told.push(toldOf(program));
  }

  #fail(program: FailedProgram): void {
    this.#counts[COUNTED[program.verdict]] += 1;
    if (program.allowed !== undefined) {
      this.#counts.allowed += 1;
      return;
    }
    const { code } = program.error;
    const told = this.#failed.get(code) ?? 0;
    this.#failed.set(code, told + 1);
    if (told < MOST_FAILURES) this.failures.push(program);
  }
}

/** So many of one kind are told one by one; all of them are in the result. */
const MOST_FAILURES = 20;

/** Verdict, path, component, version, platform, SHA-256; the middle ones as the file says them where it is not proved. */
export function tsvOf({ verdict, path, component, version, platform, sha256 }: ToldProgram): string {
  return tsvLine([verdict, path, component, version, platform, sha256]);
}

/** The command line as it would be for one program, which can be verified alone where its file is there. */
export function aboutProgram(invocation: Invocation, { path, isDeleted }: FailedProgram): Invocation {
  return isDeleted ? invocation : { ...invocation, program: path };
}

/** @param invocation for the commands of the advice. */
export function jsonOf(program: ScannedProgram, invocation: Invocation): object {
  const { path, pids, isDeleted, owner, mode } = program;
  const standing = {
    ...(owner === undefined ? {} : { owner }),
    ...(mode === undefined ? {} : { mode }),
    ...(pids.length === 0 ? {} : { pids }),
    ...(isDeleted ? { deleted: true } : {}),
  };
  if (program.kind === 'proved')
    return { verdict: program.artifact.claim, proved: true, ...standing, ...program.artifact, path };
  const { verdict, error, allowed } = program;
  return {
    verdict,
    proved: false,
    path,
    ...standing,
    ...error.subject,
    ...(allowed === undefined ? {} : { allowed }),
    error: errorReport(error, aboutProgram(invocation, program)),
  };
}
