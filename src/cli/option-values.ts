/** How the values of options are read: numbers, lengths of time, URLs, names of files. */
import { excerpt } from '../text/excerpt.ts';
import { shownUrl } from '../text/shown-url.ts';
import { RequestError } from '../errors.ts';
import { MAX_RETRIES, MAX_TIMEOUT_MS, MAX_TRUSTED_ROOT_AGE_MS } from '../limits.ts';
import { GivenPolicy } from '../policy/given-policy.ts';
import { isReleaseTag } from '../policy/release-workflow.ts';
import type { Tier } from '../release/component.ts';
import { BINARY_TARBALLS } from '../release/tarball.ts';
import { parseBaseUrl } from '../plan/request.ts';

/** An option and its value, or a variable and its value, as they are written. */
function written(source: string, value: string): string {
  return `${source}${source.startsWith('--') ? ' ' : '='}${value}`;
}

/** A whole number of retries. */
export function readCount(text: string, source: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) <= MAX_RETRIES) return Number(text);
  throw new RequestError('usage', `${excerpt(text)} is not a number of retries`, {
    wanted: `${source} with a whole number from 0 to ${MAX_RETRIES}`,
    found: excerpt(text),
    next: `write for example ${written(source, '3')}`,
  });
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `500ms`, `2s`, `1.5m`, in milliseconds; a bare number is seconds, as curl has it. */
export function readDuration(text: string, source: string): number {
  const parts = /^(?<amount>\d{1,9}(?:\.\d{1,3})?)(?<unit>ms|s|m|h)?$/.exec(text)?.groups;
  const milliseconds = Math.round(Number(parts?.['amount'] ?? 0) * (UNITS[parts?.['unit'] ?? 's'] ?? 0));
  if (milliseconds >= 1 && milliseconds <= MAX_TIMEOUT_MS) return milliseconds;
  throw new RequestError('usage', `${excerpt(text)} is not a length of time`, {
    wanted: `${source} with a number above 0 and ms, s, m or h after it; without one of these, seconds`,
    found: excerpt(text),
    next: `write for example ${written(source, '30s')}`,
  });
}

/** `12h`, `30d`, in milliseconds. */
export function readAge(text: string, source: string): number {
  const { amount, unit } = /^(?<amount>[1-9]\d{0,4})(?<unit>[mhd])$/.exec(text)?.groups ?? {};
  const milliseconds = Number(amount) * (AGE_UNITS[unit ?? ''] ?? 0);
  if (milliseconds > 0 && milliseconds <= MAX_TRUSTED_ROOT_AGE_MS) return milliseconds;
  throw new RequestError('usage', `${excerpt(text)} is not an age`, {
    wanted: `${source} with a whole number and m, h or d after it, up to ${MAX_TRUSTED_ROOT_AGE_MS / 86_400_000}d`,
    found: excerpt(text),
    next: `write for example ${written(source, '12h')}`,
  });
}

const AGE_UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The base URL of a server, without a slash at its end. */
export function readUrl(text: string, source: string): string {
  const url = parseBaseUrl(text);
  if (url !== undefined) return url;
  throw new RequestError('usage', `${source} is not the base URL of a server`, {
    wanted: 'https://host/path, without ? and #',
    found: excerpt(shownUrl(text)),
    next:
      !URL.canParse(text) && URL.canParse(`https://${text}`)
        ? 'did you leave out https:// at the start?'
        : 'write for example https://mirror.example.com/kubernetes',
  });
}

/** Where files are taken from. */
export { readMirrorPlace } from '../plan/mirror-place.ts';

/** `client`, or `kubernetes-client`, as the tarball is called. */
export function readTier(text: string, source: string): Tier {
  const tier = BINARY_TARBALLS.find((one) => one === text || `kubernetes-${one}` === text);
  if (tier !== undefined) return tier;
  throw new RequestError('usage', `${source} does not name a tarball of binaries`, {
    wanted: BINARY_TARBALLS.join(', '),
    found: excerpt(text),
    next: 'name client, node or server; each holds the binaries of those before it',
  });
}

/** Any release of k8s-verify, for `--k8s-verify-release`. */
export const ANY_RELEASE = 'any';

/** A version of k8s-verify as its tag (`v1.2.3`), or {@link ANY_RELEASE}. */
export function readOwnVersion(text: string, source: string): string {
  const tag = text === ANY_RELEASE || text.startsWith('v') ? text : `v${text}`;
  if (tag === ANY_RELEASE || isReleaseTag(tag)) return tag;
  throw new RequestError('usage', `${source} took ${excerpt(text)} as a version of k8s-verify`, {
    wanted: 'v1.2.3, or any',
    found: excerpt(text),
    next: `write ${source} v1.2.3 for that release, or ${source} ${ANY_RELEASE} for every one`,
  });
}

/** A SHA-256 in hex, with `sha256:` before it or not; lower case comes out. */
export function readSha256(text: string, source: string): string {
  const hex = /^(?:sha256:)?(?<hex>[0-9a-f]{64})$/i.exec(text)?.groups?.['hex'];
  if (hex !== undefined) return hex.toLowerCase();
  throw new RequestError('usage', `${source} does not take ${excerpt(text, 80)} as a SHA-256`, {
    wanted: `${source} with 64 hex digits`,
    found: excerpt(text, 80),
    next: 'compute it with sha256sum of a file that you trust, or take it from a lockfile',
  });
}

/** A policy file, which is read when it is needed. */
export function readPolicy(path: string, source: string): GivenPolicy {
  return new GivenPolicy({ kind: 'file', path, namedBy: source.startsWith('--') ? 'option' : 'variable' });
}

/** A whole URI, as a statement has it. */
export function readPredicateType(text: string, source: string): string {
  if (URL.canParse(text) && /^[\x21-\x7e]+$/.test(text)) return text;
  throw new RequestError('usage', `${excerpt(text)} is not a predicate type`, {
    wanted: `${source} with a whole URI`,
    found: excerpt(text),
    next: `write for example ${source} https://slsa.dev/verification_summary/v1`,
  });
}
