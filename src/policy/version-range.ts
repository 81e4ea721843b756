/**
 * Ranges of release versions as a policy file writes them: `1.30` (every release of that minor), `v1.30.2` (that one), or
 * bounds (`>=v1.30.2`, `<v1.33.0`); parts with one space between them must all hold. Versions compare by the precedence
 * of Semantic Versioning, so that a pre-release comes before its release.
 */
import { compareReleaseVersions, readReleaseVersion, type ReleaseVersion } from '../release/version.ts';

/** A range that some version is in. */
export interface VersionRange {
  /** As it is written. */
  readonly text: string;
  readonly lower: Bound | undefined;
  readonly upper: Bound | undefined;
}

interface Bound {
  readonly version: ReleaseVersion;
  readonly isIncluded: boolean;
}

export type ReadRange =
  | { readonly kind: 'range'; readonly range: VersionRange }
  /** It is not written like a range. */
  | { readonly kind: 'malformed' }
  /** No version can be in it. */
  | { readonly kind: 'empty' };

const PART =
  /^(?:(?<operator>[<>]=?)(?<bound>v\S+)|(?<exact>v\S+)|(?<minor>(?:0|[1-9]\d{0,4})\.(?:0|[1-9]\d{0,4})))$/;

/** What is written in a policy file for a range, in words. */
export const RANGE_FORM = '1.30, v1.30.2, or bounds such as >=v1.30.2 <v1.33.0';

export function readVersionRange(text: string): ReadRange {
  let lower: Bound | undefined;
  let upper: Bound | undefined;
  for (const part of text.split(' ')) {
    const read = readPart(part);
    if (read === undefined) return { kind: 'malformed' };
    lower = narrower(lower, read.lower, 1);
    upper = narrower(upper, read.upper, -1);
  }
  return isEmpty(lower, upper) ? { kind: 'empty' } : { kind: 'range', range: { text, lower, upper } };
}

export function isInRange(version: ReleaseVersion, { lower, upper }: VersionRange): boolean {
  return isBeyond(version, lower, 1) && isBeyond(version, upper, -1);
}

type Limits = Pick<VersionRange, 'lower' | 'upper'>;

function readPart(part: string): Limits | undefined {
  const { operator, bound, exact, minor } = PART.exec(part)?.groups ?? {};
  if (minor !== undefined) {
    const [major = 0, number = 0] = minor.split('.').map(Number);
    return { lower: beginOf(major, number, true), upper: beginOf(major, number + 1, false) };
  }
  const version = readReleaseVersion(bound ?? exact ?? '');
  if (version === undefined) return undefined;
  if (operator === undefined) {
    return { lower: { version, isIncluded: true }, upper: { version, isIncluded: true } };
  }
  const limit = { version, isIncluded: operator.endsWith('=') };
  return operator.startsWith('>') ? { lower: limit, upper: undefined } : { lower: undefined, upper: limit };
}

/** Before the first pre-release of a minor. */
function beginOf(major: number, minor: number, isIncluded: boolean): Bound {
  return { version: { major, minor, patch: 0, prerelease: { stage: 'alpha', number: 0 } }, isIncluded };
}

/** @param direction 1 for lower bounds, of which the higher one counts; -1 for upper ones. */
function narrower(one: Bound | undefined, other: Bound | undefined, direction: 1 | -1): Bound | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const order = compareReleaseVersions(one.version, other.version) * direction;
  if (order === 0) return one.isIncluded ? other : one;
  return order > 0 ? one : other;
}

function isBeyond(version: ReleaseVersion, bound: Bound | undefined, direction: 1 | -1): boolean {
  if (bound === undefined) return true;
  const order = compareReleaseVersions(version, bound.version) * direction;
  return order > 0 || (order === 0 && bound.isIncluded);
}

function isEmpty(lower: Bound | undefined, upper: Bound | undefined): boolean {
  if (lower === undefined || upper === undefined) return false;
  const order = compareReleaseVersions(lower.version, upper.version);
  return order > 0 || (order === 0 && !(lower.isIncluded && upper.isIncluded));
}
