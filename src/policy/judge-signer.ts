/** What a policy file says of who signed. */
import type { ArtifactKind } from '../release/component.ts';
import type { ReleaseVersion } from '../release/version.ts';
import { NO_TIME, type Named, nameOf, type Violation } from './judge.ts';
import type { Signing } from './policy.ts';
import type { PolicyFile, PolicyIdentity } from './policy-file.ts';
import { isInRange } from './version-range.ts';

/** Identities that the policy accepts for a file, as far as its kind and version are known. */
export function identitiesFor(
  identities: readonly PolicyIdentity[],
  {
    kind,
    version,
  }: { readonly kind: ArtifactKind | undefined; readonly version: ReleaseVersion | undefined },
): readonly PolicyIdentity[] {
  return identities.filter(
    ({ kinds, versions }) =>
      (kind === undefined || kinds === undefined || kinds.includes(kind)) &&
      (version === undefined ||
        versions === undefined ||
        versions.some((range) => isInRange(version, range))),
  );
}

/** The signer is one of the policy's; here it is whether it counts for this file, and at that time. No exception lifts it. */
export function signerViolation(
  { identities }: PolicyFile,
  { signer, times }: Pick<Signing, 'signer' | 'times'>,
  named: Named | undefined,
): readonly Violation[] {
  if (identities === undefined || signer.kind !== 'certificate-identity') return [];
  const same = identities.filter(
    ({ subjectAlternativeName, issuer }) =>
      subjectAlternativeName === signer.subjectAlternativeName && issuer === signer.issuer,
  );
  const fitting =
    named === undefined ? same : identitiesFor(same, named).filter((one) => isKnownEnough(one, named));
  const counts = fitting.some(
    ({ signedFrom, signedUntil }) =>
      (signedFrom === undefined && signedUntil === undefined) ||
      (times.length > 0 &&
        times.every(
          (time) =>
            (signedFrom === undefined || time >= signedFrom) &&
            (signedUntil === undefined || time <= signedUntil),
        )),
  );
  if (counts) return [];
  const kind = named?.kind === undefined ? '' : `${named.kind} `;
  const what = named === undefined ? '' : ` of ${kind}${nameOf(named)}`;
  return [
    {
      demand: undefined,
      wanted: 'a signing that the policy accepts of that identity, by kind, version and time',
      found: `${signer.subjectAlternativeName}${what}, ${times[0] === undefined ? NO_TIME : `signed ${times[0].toISOString()}`}`,
    },
  ];
}

/** Once the file has a name as far as it ever will: what is restricted to a kind or to versions needs to know them. */
function isKnownEnough({ kinds, versions }: PolicyIdentity, { kind, version }: Named): boolean {
  return (kinds === undefined || kind !== undefined) && (versions === undefined || version !== undefined);
}
