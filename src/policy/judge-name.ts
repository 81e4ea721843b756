/** What a policy file says of a proved file once it is known what the file is. */
import { allowedViolation, deniedDigest, patchesViolation, type Violation } from './judge.ts';
import { signerViolation } from './judge-signer.ts';
import type { NamedFile, PatchesBehind, Signing } from './policy.ts';
import type { PolicyFile } from './policy-file.ts';

/** A signing, and the file that it is of. */
export interface NamedSigning {
  readonly signing: Signing;
  readonly found: NamedFile;
  /** Undefined where nothing says its version, or the policy does not bound that. */
  readonly behind: PatchesBehind | undefined;
  /** Whether it was asked for by a name. */
  readonly isAsked: boolean;
}

/**
 * The name in a request does not say what the file is: a mirror can send any genuine file. So every demand on names is
 * checked against what binds the file, or what it says itself.
 */
export function nameViolations(
  file: PolicyFile,
  { signing, found, behind, isAsked }: NamedSigning,
): readonly Violation[] {
  const { sha256, isBound, isSigned } = found;
  const isOther = signing.digest.hex !== sha256;
  const ofName = [
    allowedViolation(file, found),
    behind && patchesViolation(file, behind),
    ...(file.maxPatchesBehind !== undefined && behind === undefined ? [WITHOUT_VERSION] : []),
    ...signerViolation(file, signing, found),
  ].filter((one) => one !== undefined);
  const next = isAsked ? BIND_BY_SOURCE : BIND_BY_VERIFY;
  return [
    ...(isOther ? deniedDigest(file, sha256) : []),
    ...(file.required.boundName && !isSigned ? [UNBOUND] : []),
    ...(isBound ? ofName : ofName.map((one) => mended(one, next))),
  ];
}

const UNBOUND: Violation = {
  demand: 'boundName',
  wanted: 'a name that something signed says: the release manifest, or the file itself',
  found: 'nothing signed says which file it is',
  next: 'take it from a source that has kubernetes-release.spdx and its signature',
};

const BIND_BY_SOURCE = `${UNBOUND.next}, or demand a digest that you know with --sha256 HEX`;
const BIND_BY_VERIFY =
  'verify it with --as NAME@VERSION, so that the release manifest is asked; or ask those who keep the policy';

const WITHOUT_VERSION: Violation = {
  demand: 'maxPatchesBehind',
  wanted: 'a version that can be compared with the newest of its minor release',
  found: 'a file of which nothing says the version',
};

function mended(violation: Violation, next: string): Violation {
  return { ...violation, next };
}
