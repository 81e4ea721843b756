import { UntrustedError } from '../errors.ts';

const WHY_STRICT = 'data that can be read in two ways proves nothing';
const WHY_BOUNDED = 'genuine data is never that large, and reading it could take unlimited time and memory';

/** The error for foreign data that does not have exactly the right form. */
export function malformed(message: string, wanted: string, found: string, cause?: unknown): UntrustedError {
  return new UntrustedError('material-malformed', message, {
    check: 'material',
    wanted,
    found,
    why: WHY_STRICT,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The error for foreign data that is larger than its limit (limits.ts). */
export function oversized(what: string, wanted: string, found: string): UntrustedError {
  return new UntrustedError('material-oversized', `${what} is too large`, {
    check: 'material',
    wanted,
    found,
    why: WHY_BOUNDED,
  });
}
