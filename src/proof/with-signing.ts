import { NotAllowedError } from '../errors.ts';
import type { ProvenLogEntry } from './log-entry.ts';

/** When something was signed, and where the log has it. */
export interface ShownSigning {
  readonly signedAt: Date | undefined;
  readonly logEntries: readonly ProvenLogEntry[];
}

/** The same error; where the policy file forbids a file, with what is proved of its signing. */
export function withSigning(error: unknown, { signedAt, logEntries }: ShownSigning): unknown {
  if (!(error instanceof NotAllowedError)) return error;
  const time = signedAt === undefined ? {} : { signedAt: signedAt.toISOString() };
  return error.with({ subject: { ...error.subject, ...time, logEntries } });
}
