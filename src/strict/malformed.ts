import { type ErrorDetails, UntrustedError } from '../errors.ts';

const WHY_STRICT = 'data that can be read in two ways proves nothing';
const WHY_BOUNDED = 'genuine data is never that large, and reading it could take unlimited time and memory';

/** The error for foreign data that does not have exactly the right form. */
export function malformed(
  message: string,
  wanted: string,
  found: string,
  more: ErrorDetails = {},
): UntrustedError {
  const details = { check: 'material', wanted, found, why: WHY_STRICT, ...more } as const;
  return new UntrustedError('material-malformed', message, details);
}

/** The error for foreign data that is larger than its limit (limits.ts). */
export function oversized(
  what: string,
  wanted: string,
  found: string,
  more: ErrorDetails = {},
): UntrustedError {
  const details = { check: 'material', wanted, found, why: WHY_BOUNDED, ...more } as const;
  return new UntrustedError('material-oversized', `${what} is too large`, details);
}
