/** Makes the policy for one artifact out of a policy file: who must have signed it, and what else must hold. */
import { RequestError } from '../errors.ts';
import { MANIFEST_NAME } from '../release/artifact.ts';
import type { CertificateIdentity } from '../release/signer.ts';
import {
  activeExceptions,
  allowedViolation,
  isComponentAllowed,
  type Named,
  patchesViolation,
  settle,
  signingViolations,
  useOf,
  type Violation,
} from './judge.ts';
import { nameViolations } from './judge-name.ts';
import { identitiesFor, signerViolation } from './judge-signer.ts';
import { unprovedForbidden } from './judge-unproved.ts';
import { mergedExceptions } from './merged-uses.ts';
import type { OpenPolicy } from './open-policy.ts';
import type {
  Allowance,
  ClaimPolicy,
  NamedFile,
  PatchesBehind,
  Policy,
  Rules,
  Signing,
  SignerPolicy,
} from './policy.ts';

/** What is to be judged. */
export interface RuledSubject {
  /** What it is asked for as; undefined where only its bytes will say what it is. */
  readonly named: Named | undefined;
  /** The digest (hex) that is demanded of it. */
  readonly demanded: string | undefined;
  /** How far behind a version is, where the policy asks for that. */
  readonly behind: (version: NonNullable<Named['version']>) => Promise<PatchesBehind>;
  /** Whether the request itself names who must have signed. */
  readonly isSignerAsked: boolean;
  /** The time of the run. */
  readonly now: Date;
}

/**
 * The policy for one artifact. What the request alone shows to be forbidden is refused here, unless an exception may allow
 * it, which only the digest tells: then the proof is judged.
 *
 * @param signer who must have signed as the request has it, or as it is built in where the policy file names no one.
 * @throws RequestError `policy-forbids`
 */
export async function ruledPolicy(
  policy: OpenPolicy,
  subject: RuledSubject,
  signer: SignerPolicy,
  claim: ClaimPolicy,
): Promise<Policy> {
  const { file } = policy;
  const { named } = subject;
  const patchesBehind =
    named?.version === undefined || file.maxPatchesBehind === undefined
      ? undefined
      : await subject.behind(named.version);
  const asked =
    named === undefined
      ? []
      : [allowedViolation(file, named), patchesBehind && patchesViolation(file, patchesBehind)].filter(
          (one) => one !== undefined,
        );
  for (const one of asked) assertMayBeLifted(policy, one, subject);
  return {
    ...signer,
    ...claim,
    rules: {
      judge: (signing) => judge(policy, subject, signing, { asked, patchesBehind }),
      awaitsDigest: asked.length > 0,
      unprovedForbidden: (unproved) => unprovedForbidden(file, unproved, subject.now),
      ofManifest: policyForManifest(policy, subject, signer),
    },
  };
}

/**
 * Who must have signed, by the policy file; undefined where it names no one.
 *
 * @throws RequestError `policy-forbids` where it accepts no one for such a file
 */
export function signersBy(
  { file, origin }: OpenPolicy,
  named: Named | undefined,
): readonly CertificateIdentity[] | undefined {
  if (file.identities === undefined) return undefined;
  const { kind, version } = named ?? { kind: undefined, version: undefined };
  const accepted = identitiesFor(file.identities, { kind, version });
  if (accepted.length > 0)
    return accepted.map(({ subjectAlternativeName, issuer }) => ({ subjectAlternativeName, issuer }));
  throw forbidden(origin, {
    demand: undefined,
    wanted: 'a kind of file and a version for which the policy names a signer',
    found: `${named?.component ?? 'a file'}, ${kind ?? 'of no known kind'}`,
  });
}

/** Refuses another signer than those of the policy file. */
export function assertSignerIn({ file, origin }: OpenPolicy, signer: SignerPolicy): void {
  if (file.identities === undefined) return;
  const accepted = file.identities;
  const isIn =
    signer.kind === 'certificate-identity' &&
    signer.identities.every(({ subjectAlternativeName, issuer }) =>
      accepted.some((one) => one.subjectAlternativeName === subjectAlternativeName && one.issuer === issuer),
    );
  if (isIn) return;
  const found =
    signer.kind === 'managed-key'
      ? 'a key'
      : signer.kind === 'release-workflow'
        ? signer.workflow
        : signer.identities.map(({ subjectAlternativeName }) => subjectAlternativeName).join(', ');
  throw forbidden(origin, {
    demand: undefined,
    wanted: `a signer of the policy: ${accepted.map(({ subjectAlternativeName }) => subjectAlternativeName).join(', ')}`,
    found,
  });
}

/**
 * Refuses a component of which no version may be used, unless an exception may allow it.
 *
 * @throws RequestError `policy-forbids`
 */
export function assertComponentIn({ file, origin }: OpenPolicy, component: string, now: Date): void {
  if (isComponentAllowed(file, component) || activeExceptions(file, 'allowed', { now }).length > 0) return;
  const allowed = file.allowed?.flatMap(({ components = [] }) => components) ?? [];
  throw forbidden(origin, { demand: 'allowed', wanted: allowed.join(', '), found: component });
}

/** The error for a request that the policy forbids. */
export function forbidden({ path }: OpenPolicy['origin'], { wanted, found, why }: Violation): RequestError {
  return new RequestError('policy-forbids', 'the policy forbids this request', {
    wanted,
    found,
    ...(path === undefined ? {} : { from: path }),
    ...(why === undefined ? {} : { why }),
    next: 'ask for what the policy allows, or ask those who keep the policy',
  });
}

function assertMayBeLifted(
  { file, origin }: OpenPolicy,
  violation: Violation,
  { now, demanded }: RuledSubject,
): void {
  const { demand } = violation;
  if (demand !== undefined && activeExceptions(file, demand, { now, sha256: demanded }).length > 0) return;
  throw forbidden(origin, violation);
}

interface Asked {
  readonly asked: readonly Violation[];
  readonly patchesBehind: PatchesBehind | undefined;
}

function judge(
  policy: OpenPolicy,
  subject: RuledSubject,
  signing: Signing,
  { asked, patchesBehind }: Asked,
): Allowance {
  const { file, origin } = policy;
  const { digest, now } = signing;
  const proven = digest.algorithm === 'sha256' ? [digest.hex] : [];
  const violations = [
    ...asked,
    ...signingViolations(file, signing),
    ...signerViolation(file, signing, subject.named),
  ];
  // By another algorithm, the exception is found when the SHA-256 is known.
  const isLater = proven.length === 0;
  const used = isLater ? [] : settle(file, origin, violations, { sha256: proven, now });
  return {
    used,
    named: async (found) => {
      const behind = await patchesOf(policy, subject, found, patchesBehind);
      const later = isLater ? violations : [];
      const ofName = nameViolations(file, { signing, found, behind, isAsked: subject.named !== undefined });
      const more = settle(file, origin, [...later, ...ofName], {
        sha256: [...new Set([found.sha256, ...proven])],
        now,
      });
      return useOf(origin, mergedExceptions([...used, ...more]), behind);
    },
  };
}

/** By the version that it turned out to be; undefined where nothing says one. */
async function patchesOf(
  { file }: OpenPolicy,
  { behind }: RuledSubject,
  { version }: NamedFile,
  asked: PatchesBehind | undefined,
): Promise<PatchesBehind | undefined> {
  return file.maxPatchesBehind === undefined || version === undefined
    ? undefined
    : (asked ?? behind(version));
}

/**
 * The manifest was not asked for, so that rules about names, versions and age are none of its own. What is denied, the
 * evidence and the signer count for it too: a manifest that a thief has signed must bind no name.
 */
function policyForManifest(
  { file, origin }: OpenPolicy,
  { named, now, isSignerAsked }: RuledSubject,
  signer: SignerPolicy,
): Policy {
  const document: Named = { component: MANIFEST_NAME, version: named?.version, kind: 'spdx-document' };
  const withoutAge = { ...file, minimumAge: undefined };
  const accepted =
    !isSignerAsked && file.identities !== undefined
      ? identitiesFor(file.identities, document).map(({ subjectAlternativeName, issuer }) => ({
          subjectAlternativeName,
          issuer,
        }))
      : undefined;
  const rules: Rules = {
    judge: (signing) => {
      const known = named?.version === undefined ? undefined : document;
      const violations = [
        ...signingViolations(withoutAge, signing),
        ...signerViolation(file, signing, known),
      ];
      const exceptions = settle(file, origin, violations, { sha256: [signing.digest.hex], now });
      return { used: exceptions, named: () => Promise.resolve(useOf(origin, exceptions, undefined)) };
    },
    awaitsDigest: false,
    unprovedForbidden: (unproved) => unprovedForbidden(file, unproved, now),
    get ofManifest() {
      return own;
    },
  };
  const own: Policy = {
    ...(accepted === undefined ? signer : { kind: 'certificate-identity', identities: accepted }),
    rules,
  };
  return own;
}
