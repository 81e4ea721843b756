import { COMPONENTS } from '../release/component.ts';
import { mergedExceptions } from '../policy/merged-uses.ts';
import type { PolicyUse, UsedException } from '../policy/policy.ts';
import { withSigning } from '../proof/with-signing.ts';
import { labelOf, type ReleaseArtifact } from '../release/artifact.ts';
import type { ArtifactName } from './name.ts';
import { nameFile } from './name-failure.ts';
import type { ProvenArtifact } from './prove-with-log.ts';
import { isNameSigned, memberOf, type Output, type PreparedArtifact } from './prepared-artifact.ts';

/** What the policy file of the run took to allow each output; empty where the run is under none. */
export type PolicyUses = ReadonlyMap<Output, PolicyUse>;

/**
 * Judges every output by the policy file, now that its digest and its name are known.
 *
 * @throws NotAllowedError; UnavailableError where a version marker that the policy file needs cannot be fetched.
 */
export async function allowOutputs(prepared: readonly PreparedArtifact[]): Promise<PolicyUses> {
  const uses = new Map<Output, PolicyUse>();
  for (const one of prepared) {
    const { allowance } = one.proof.proven;
    if (allowance === undefined) continue;
    for (const output of one.outputs) {
      try {
        const use = await allowance.named(namedFile(one, output));
        uses.set(output, withManifest(use, output.name?.manifestExceptions));
      } catch (error) {
        const label = labelOfOutput(one, output);
        const shown = withSigning(error, one.proof.proven);
        throw label === undefined ? shown : nameFile(shown, label);
      }
    }
  }
  return uses;
}

/** The same of a file of which there is a proof, and no output. */
export async function allowNamed(
  { proven }: Pick<ProvenArtifact, 'proven'>,
  {
    artifact: { component, version, kind },
    sha256,
    name,
  }: { readonly artifact: ReleaseArtifact; readonly sha256: string; readonly name: ArtifactName },
): Promise<PolicyUse | undefined> {
  const named = {
    sha256,
    component,
    version,
    kind,
    isBound: name.by.length > 0,
    isSigned: isNameSigned({ name }),
  };
  try {
    const use = await proven.allowance?.named(named);
    return use && withManifest(use, name.manifestExceptions);
  } catch (error) {
    throw withSigning(error, proven);
  }
}

/** What says its name was let pass by exceptions too. */
function withManifest(use: PolicyUse, ofManifest: readonly UsedException[] = []): PolicyUse {
  return { ...use, exceptions: mergedExceptions([...use.exceptions, ...ofManifest]) };
}

/** Undefined of bytes in memory and of a digest, which the caller names. */
function labelOfOutput({ artifact }: PreparedArtifact, output: Output): string | undefined {
  if (artifact !== undefined) return labelOf(artifact);
  return output.kind === 'verified' ? output.path : undefined;
}

/** What it is as far as something binds it, or its bytes say it; what it was asked for as counts for nothing here. */
function namedFile(
  { artifact }: PreparedArtifact,
  output: Output,
): Parameters<NonNullable<PreparedArtifact['proof']['proven']['allowance']>['named']>[0] {
  const { name, sha256 } = output;
  const isBound = name !== undefined && name.by.length > 0;
  const bound = isBound ? artifact : undefined;
  const member = isBound ? memberOf(output)?.component : undefined;
  const component = member ?? bound?.component ?? name?.claimed?.component;
  return {
    sha256,
    component,
    version: bound?.version ?? name?.claimed?.version,
    kind: bound?.kind ?? COMPONENTS.find((one) => one.name === component)?.kind,
    isBound,
    isSigned: isNameSigned(output),
  };
}
