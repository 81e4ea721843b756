import { type K8sVerifyError, UntrustedError } from '../errors.ts';
import { Fields } from '../strict/fields.ts';
import { parseJsonStrictly } from '../strict/json.ts';
import { excerpt } from '../text/excerpt.ts';
import type { TrustMaterial } from './trust-material.ts';
import type { TufVersions } from './tuf-metadata.ts';

const MAX_RECORD_BYTES = 1024;
export const DAY_MS = 86_400_000;

/** What is recorded of an embedded trusted root. */
export interface RootRecord {
  /**
   * The date as of which the root is known to be current: the start of that day in UTC, so that it is never later than
   * the moment when the root was fetched from its TUF repository.
   */
  readonly currentAsOf: Date;
  /** Versions that its TUF repository is known to have published by then. */
  readonly published: TufVersions;
}

/**
 * Reads the record of an embedded trusted root.
 *
 * @throws UntrustedError `trusted-root-invalid`
 */
export function readRootRecord(bytes: Uint8Array): RootRecord {
  const what = 'the record of the trusted root';
  const json = parseJsonStrictly(bytes, what, { maxBytes: MAX_RECORD_BYTES });
  const fields = new Fields(json, what, ['currentAsOf', 'published'], { flawed });
  const text = fields.text('currentAsOf');
  const date = new Date(/^\d{4}-\d{2}-\d{2}$/.test(text) ? text : Number.NaN);
  if (Number.isNaN(date.getTime()) || !date.toISOString().startsWith(text)) {
    throw fields.flawed('currentAsOf', '2026-10-07, or another day', excerpt(text));
  }
  const published = fields.optionalObject('published', ROLES);
  const versions = ROLES.flatMap((role) =>
    published?.has(role) === true ? [[role, published.count(role)] as const] : [],
  );
  return { currentAsOf: date, published: Object.fromEntries(versions) };
}

const ROLES = ['timestamp', 'snapshot', 'targets'] as const satisfies readonly (keyof TufVersions)[];

function flawed(path: string, wanted: string, found: string): K8sVerifyError {
  return new UntrustedError('trusted-root-invalid', `${path} is wrong`, { wanted, found });
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

/** `2026-11-27T08:30:00Z`: whole seconds, and never later than it was. */
export function isoSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** What results and messages say about this trusted root. */
export function factsOf({ source, sha256, currentAsOf, tufRoot }: TrustMaterial): RootFacts {
  return {
    source: source.kind === 'memory' ? 'file' : source.kind,
    ...(tufRoot === undefined ? {} : { tufVersion: tufRoot.version }),
    ...(currentAsOf === undefined ? {} : { asOf: isoSeconds(currentAsOf) }),
    sha256,
    ...(source.kind === 'file' ? { path: source.path } : {}),
  };
}

/** How old a trusted root is, in whole days; undefined if nothing is known about that. */
export function daysOld({ asOf }: RootFacts, now: Date): number | undefined {
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
  const age = days === undefined || days < 0 ? '' : ` (${ageWords(days)})`;
  const from = source === 'embedded' ? 'built in' : `by TUF, root version ${tufVersion}`;
  return `${from}, of ${asOf.slice(0, 10)}${age}`;
}

/** How old something is, in whole days: `8 days old`. */
export function ageWords(days: number): string {
  if (days <= 0) return 'today';
  return `${days} ${days === 1 ? 'day' : 'days'} old`;
}
