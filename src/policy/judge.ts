/** What a policy file says of one artifact: of the request for it, of its signing, and of what it turned out to be. */
import { NotAllowedError } from '../errors.ts';
import { formatReleaseVersion } from '../release/version.ts';
import type { Demand, NamedFile, PatchesBehind, PolicyUse, Signing, UsedException } from './policy.ts';
import type { PolicyException, PolicyFile } from './policy-file.ts';
import { isInRange } from './version-range.ts';

/** The policy file of a run, as results and errors name it. */
export interface PolicyOrigin {
  /** Absolute; absent where it was passed as a value. */
  readonly path?: string;
  /** Of the file, hex. */
  readonly sha256: string;
}

/** A demand that is not met. */
export interface Violation {
  /** Undefined for what no exception lifts. */
  readonly demand: Demand | undefined;
  readonly wanted: string;
  readonly found: string;
  readonly why?: string;
  /** What mends it, where something other than another release does. */
  readonly next?: string;
  /** When it is met without any change: an age comes by itself. */
  readonly metFrom?: Date;
}

/** An artifact by name, as far as it is known. */
export type Named = Pick<NamedFile, 'component' | 'version' | 'kind'>;

/** Whether the policy lets this component and version be used. */
export function allowedViolation(
  { allowed }: PolicyFile,
  { component, version }: Named,
): Violation | undefined {
  if (allowed === undefined) return undefined;
  const allows = allowed.some(
    ({ components, versions }) =>
      (components === undefined || (component !== undefined && components.includes(component))) &&
      (versions === undefined ||
        (version !== undefined && versions.some((range) => isInRange(version, range)))),
  );
  if (allows) return undefined;
  const wanted = allowed.map(({ components = ['any component'], versions = [] }) =>
    [
      components.join(', '),
      ...(versions.length === 0 ? [] : [versions.map(({ text }) => text).join(' or ')]),
    ].join(' of '),
  );
  return { demand: 'allowed', wanted: wanted.join('; '), found: nameOf({ component, version }) };
}

/** The same before the version is known: whether some version of the component may be allowed. */
export function isComponentAllowed({ allowed }: PolicyFile, component: string): boolean {
  return allowed?.every(({ components }) => components?.includes(component) === false) !== true;
}

export function nameOf({ component, version }: Pick<Named, 'component' | 'version'>): string {
  if (component === undefined) return 'a file of which nothing says what it is';
  return version === undefined
    ? `${component}, of which nothing says the version`
    : `${component} ${formatReleaseVersion(version)}`;
}

export function patchesViolation(
  { maxPatchesBehind: most }: PolicyFile,
  behind: PatchesBehind,
): Violation | undefined {
  if (most === undefined || behind.count <= most) return undefined;
  return {
    demand: 'maxPatchesBehind',
    wanted: `at most ${most} ${most === 1 ? 'patch' : 'patches'} behind the newest of its minor release`,
    found: `${behind.count} behind ${behind.newest}, as the unsigned version marker says`,
  };
}

/** What the signing of a digest does not meet, whatever file it is of. */
export function signingViolations(file: PolicyFile, signing: Signing): readonly Violation[] {
  return [
    ...evidenceViolations(file, signing),
    ...ageViolation(file, signing),
    ...deniedViolations(file, signing),
  ];
}

function missing(demand: Demand, what: string): Violation {
  return { demand, wanted: `evidence with ${what}`, found: 'evidence without it' };
}

function evidenceViolations({ required }: PolicyFile, signing: Signing): readonly Violation[] {
  return [
    ...(required.signedEntryTimestamp && !signing.hasSignedEntryTimestamp
      ? [missing('signedEntryTimestamp', "the log's signed entry timestamp (SET)")]
      : []),
    ...(required.inclusionProof && !signing.hasInclusionProof
      ? [missing('inclusionProof', 'an inclusion proof of the log')]
      : []),
  ];
}

function ageViolation({ minimumAge }: PolicyFile, { times, now }: Signing): readonly Violation[] {
  if (minimumAge === undefined) return [];
  const youngest = times.reduce<Date | undefined>(
    (last, time) => (last === undefined || time > last ? time : last),
    undefined,
  );
  if (youngest !== undefined && now.getTime() - youngest.getTime() >= minimumAge.milliseconds) return [];
  return [
    {
      demand: 'minimumAge',
      wanted: `a release that was signed at least ${minimumAge.text} ago`,
      ...(youngest === undefined
        ? { found: NO_TIME }
        : {
            found: `signed ${youngest.toISOString()}`,
            metFrom: new Date(youngest.getTime() + minimumAge.milliseconds),
          }),
    },
  ];
}

export const NO_TIME = 'no proved time of signing';

function deniedViolations({ denied }: PolicyFile, { digest, times, entries }: Signing): readonly Violation[] {
  const digests = digest.algorithm === 'sha256' ? deniedDigest({ denied }, digest.hex) : [];
  const windows = denied.signingTimes.flatMap(({ from, to, reason }): Violation[] => {
    const inside = times.find((time) => time >= from && time <= to);
    if (inside === undefined && times.length > 0) return [];
    return [
      {
        demand: 'deniedSigningTimes',
        wanted: `no signing from ${from.toISOString()} to ${to.toISOString()}`,
        found: inside === undefined ? NO_TIME : `signed ${inside.toISOString()}`,
        why: reason,
      },
    ];
  });
  const indexes = denied.logIndexes.flatMap(({ from, to, logId, reason }): Violation[] => {
    const hit = entries.find(
      (entry) =>
        (logId === undefined || logId === entry.logId) &&
        (!entry.isOfLog || (entry.logIndex >= from && entry.logIndex <= to)),
    );
    if (hit === undefined) return [];
    const found = hit.isOfLog
      ? `log index ${hit.logIndex}`
      : 'evidence without a signed entry timestamp, which alone says the log index';
    return [{ demand: 'deniedLogIndexes', wanted: `no entry from ${from} to ${to}`, found, why: reason }];
  });
  return [...digests, ...windows, ...indexes];
}

/** @param sha256 hex */
export function deniedDigest({ denied }: Pick<PolicyFile, 'denied'>, sha256: string): readonly Violation[] {
  return denied.digests
    .filter((one) => one.sha256 === sha256)
    .map(({ reason }) => ({
      demand: undefined,
      wanted: 'a file whose digest the policy does not deny',
      found: `sha256:${sha256}`,
      why: reason,
    }));
}

/** The exceptions of the policy that count now, for a digest or for any. */
export function activeExceptions(
  { exceptions }: PolicyFile,
  demand: Demand,
  { now, sha256 }: { readonly now: Date; readonly sha256?: string | undefined },
): readonly PolicyException[] {
  return exceptions.filter(
    (one) => one.lifts.includes(demand) && now < one.end && (sha256 === undefined || one.sha256 === sha256),
  );
}

/**
 * Lifts what exceptions lift.
 *
 * @param sha256 of the proved digest, and of the file where that is another one; hex.
 * @returns the exceptions that were needed.
 * @throws NotAllowedError where something is left.
 */
export function settle(
  file: PolicyFile,
  origin: PolicyOrigin,
  violations: readonly Violation[],
  { sha256, now }: { readonly sha256: readonly string[]; readonly now: Date },
): readonly UsedException[] {
  const used = new Map<PolicyException, Demand[]>();
  const left = distinct(violations).filter(({ demand }) => {
    if (demand === undefined) return true;
    const [exception] = sha256.flatMap((one) => activeExceptions(file, demand, { now, sha256: one }));
    if (exception === undefined) return true;
    used.set(exception, [...(used.get(exception) ?? []), demand]);
    return false;
  });
  if (left.length > 0) throw notAllowed(file, origin, left, sha256);
  return Array.from(used, ([{ sha256: of, reason, until }, lifts]) => ({ sha256: of, lifts, reason, until }));
}

/** What was asked for, and what it is, mostly violate the same. */
function distinct(violations: readonly Violation[]): readonly Violation[] {
  const texts = violations.map(({ demand, wanted, found }) => JSON.stringify([demand, wanted, found]));
  return violations.filter((_, index) => texts.indexOf(texts[index] ?? '') === index);
}

function notAllowed(
  { exceptions }: PolicyFile,
  { path }: PolicyOrigin,
  violations: readonly Violation[],
  sha256: readonly string[],
): NotAllowedError {
  const ended = exceptions.filter(
    (one) =>
      sha256.includes(one.sha256) &&
      violations.some(({ demand }) => demand !== undefined && one.lifts.includes(demand)),
  );
  const reasons = [
    ...violations.flatMap(({ why }) => (why === undefined ? [] : [why])),
    ...ended.map(({ reason, until }) => `its exception (${reason}) ended ${until}`),
  ];
  return new NotAllowedError('the file is genuine, but not allowed by the policy', {
    wanted: violations.map(({ wanted }) => wanted).join('; '),
    found: violations.map(({ found }) => found).join('; '),
    ...(path === undefined ? {} : { from: path }),
    ...(reasons.length === 0 ? {} : { why: reasons.join('; ') }),
    next: violations.find(({ next }) => next !== undefined)?.next ?? `${waitingWords(violations)}${NEXT}`,
    ...(sha256[0] === undefined ? {} : { subject: { sha256: sha256[0] } }),
  });
}

const NEXT = 'take a release that the policy allows, or ask those who keep the policy';
/** Where nothing but its age is wrong. */
function waitingWords(violations: readonly Violation[]): string {
  const times = violations.flatMap(({ metFrom }) => metFrom ?? []).map((time) => time.toISOString());
  const [last] = times.toSorted().toReversed();
  return last === undefined || times.length < violations.length ? '' : `wait until ${last}, `;
}

export function useOf(
  { path, sha256 }: PolicyOrigin,
  exceptions: readonly UsedException[],
  patchesBehind: PatchesBehind | undefined,
): PolicyUse {
  return {
    ...(path === undefined ? {} : { path }),
    sha256,
    exceptions,
    ...(patchesBehind === undefined ? {} : { patchesBehind }),
  };
}
