import { UntrustedError } from '../errors.ts';

const WHY_STRICT = 'what can be read in two ways proves neither';
const WHY_BOUNDED = 'nothing genuine is that large, and reading it could take time and memory without end';

/** Foreign data that is not exactly of its form. */
export function malformed(message: string, wanted: string, found: string, cause?: unknown): UntrustedError {
  return new UntrustedError('material-malformed', message, {
    check: 'material',
    wanted,
    found,
    why: WHY_STRICT,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Foreign data beyond its bound (limits.ts). */
export function oversized(what: string, wanted: string, found: string): UntrustedError {
  return new UntrustedError('material-oversized', `${what} is too large`, {
    check: 'material',
    wanted,
    found,
    why: WHY_BOUNDED,
  });
}
