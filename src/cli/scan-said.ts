import { type ExitCode, exitCodeFor } from '../exit-codes.ts';
import type { ScannedProgram } from '../flow/scan-program.ts';
import type { FailedVerdict } from '../verdict.ts';

/** What a program is, or says that it is where it is not proved. */
export interface Said {
  readonly component?: string | undefined;
  readonly version?: string | undefined;
  readonly platform?: string | undefined;
  readonly sha256?: string | undefined;
}

export function saidOf(program: ScannedProgram): Said {
  return program.kind === 'proved' ? program.artifact : (program.error.subject ?? {});
}

/** What a line of text says of a program; a scan keeps no more of it where nothing else is asked for. */
export interface ToldProgram extends Said {
  readonly path: string;
  readonly verdict: 'genuine' | 'attested' | FailedVerdict;
  /** 0 where it is proved. */
  readonly exitCode: ExitCode;
  readonly isRunning: boolean;
  readonly isDeleted: boolean;
  /** Why it is let pass, if it is. */
  readonly allowed?: string;
}

export function toldOf(program: ScannedProgram): ToldProgram {
  const { component, version, platform, sha256 } = saidOf(program);
  const { path, pids, isDeleted } = program;
  const told = { path, component, version, platform, sha256, isRunning: pids.length > 0, isDeleted };
  if (program.kind === 'proved') return { ...told, verdict: program.artifact.claim, exitCode: 0 };
  const { verdict, error, allowed } = program;
  const reason = allowed === undefined ? {} : { allowed: allowed.reason };
  return { ...told, verdict, exitCode: exitCodeFor(error), ...reason };
}
