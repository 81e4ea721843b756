import { isJsonObject, parseJsonStrictly } from '../strict/json.ts';
import { UntrustedError } from '../errors.ts';

const MAX_RECORD_BYTES = 1024;

/**
 * Reads the record of an embedded trusted root.
 *
 * @returns the date as of which the root is known to be current: the start of that day in UTC, so that it is never later
 *   than the moment in which the root was taken from its TUF repository.
 * @throws UntrustedError `trusted-root-invalid`
 */
export function readRootRecord(bytes: Uint8Array): Date {
  const json = parseJsonStrictly(bytes, 'the record of the trusted root', { maxBytes: MAX_RECORD_BYTES });
  const text = isJsonObject(json) ? json['currentAsOf'] : undefined;
  if (typeof text === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(text)) {
    const date = new Date(text);
    if (!Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)) return date;
  }
  throw new UntrustedError('trusted-root-invalid', 'the record of the trusted root tells no date', {
    expected: '{"currentAsOf": "2026-10-07"}, or another day',
  });
}
