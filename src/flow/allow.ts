import { COMPONENTS } from '../release/component.ts';
import type { PolicyUse } from '../policy/policy.ts';
import { labelOf } from '../release/artifact.ts';
import { nameFile } from './name-failure.ts';
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
        uses.set(output, await allowance.named(namedFile(one, output)));
      } catch (error) {
        const label = labelOfOutput(one, output);
        throw label === undefined ? error : nameFile(error, label);
      }
    }
  }
  return uses;
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
