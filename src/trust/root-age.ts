import { isJsonObject, parseJsonStrictly } from '../strict/json.ts';
import { UntrustedError } from '../errors.ts';
import type { TrustMaterial } from './trust-material.ts';

const MAX_RECORD_BYTES = 1024;
const DAY_MS = 86_400_000;

/**
 * Reads the record of an embedded trusted root.
 *
 * @returns the date as of which the root is known to be current: the start of that day in UTC, so that it is never
 *   later than the moment when the root was fetched from its TUF repository.
 * @throws UntrustedError `trusted-root-invalid`
 */
export function readRootRecord(bytes: Uint8Array): Date {
  const json = parseJsonStrictly(bytes, 'the record of the trusted root', { maxBytes: MAX_RECORD_BYTES });
  const text = isJsonObject(json) ? json['currentAsOf'] : undefined;
  if (typeof text === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(text)) {
    const date = new Date(text);
    if (!Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)) return date;
  }
  throw new UntrustedError('trusted-root-invalid', 'the record of the trusted root has no date', {
    wanted: '{"currentAsOf": "2026-10-07"}, or another day',
  });
}

/** A trusted root, as results and messages describe it. */
export interface RootFacts {
  /** Where it is from: built into the program, a TUF repository (in this run or an earlier one), or a file or a value. */
  readonly source: 'embedded' | 'tuf' | 'file';
  /** The version of the TUF root that it was verified with; absent for a file. */
  readonly tufVersion?: number;
  /** As of when it is known to have been the newest, `2026-11-27T08:30:00Z`; absent for a file. */
  readonly asOf?: string;
  /** Of the JSON, hex. */
  readonly sha256: string;
  /** Of the file that was named. */
  readonly path?: string;
}

/** What results and messages say about this trusted root. */
export function factsOf({ source, sha256, currentAsOf, tufRoot }: TrustMaterial): RootFacts {
  return {
    source: source.kind === 'memory' ? 'file' : source.kind,
    ...(tufRoot === undefined ? {} : { tufVersion: tufRoot.version }),
    // Whole seconds, and never later than it was.
    ...(currentAsOf === undefined ? {} : { asOf: `${currentAsOf.toISOString().slice(0, 19)}Z` }),
    sha256,
    ...(source.kind === 'file' ? { path: source.path } : {}),
  };
}

/** How old a trusted root is, in whole days; undefined if nothing is known about that. */
function daysOld({ asOf }: RootFacts, now: Date): number | undefined {
  return asOf === undefined ? undefined : Math.floor((now.getTime() - new Date(asOf).getTime()) / DAY_MS);
}

/**
 * Says which trusted root it is and how old: `built in, of 2026-11-20 (8 days old)`.
 *
 * @param now without it, the date alone.
 */
export function rootWords(root: RootFacts, now?: Date): string {
  const { source, path, asOf, tufVersion } = root;
  if (asOf === undefined) return path ?? 'the given one';
  const days = now && daysOld(root, now);
  const age = days === undefined || days < 0 ? '' : ` (${days} ${days === 1 ? 'day' : 'days'} old)`;
  const from = source === 'embedded' ? 'built in' : `by TUF, root version ${tufVersion}`;
  return `${from}, of ${asOf.slice(0, 10)}${age}`;
}
