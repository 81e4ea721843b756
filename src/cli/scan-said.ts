import type { ScannedProgram } from '../flow/scan-program.ts';

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
