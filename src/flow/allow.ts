import { COMPONENTS } from '../release/component.ts';
import { mergedExceptions } from '../policy/merged-uses.ts';
import type { Allowance, NamedFile, PolicyUse } from '../policy/policy.ts';
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
        uses.set(
          output,
          await allow(allowance, namedFile(one, output), { proof: one.proof, name: output.name }),
        );
      } catch (error) {
        const label = labelOfOutput(one, output);
        throw label === undefined ? error : nameFile(error, label);
      }
    }
  }
  return uses;
}

/** The same for a file that has a proof but no output. */
export async function allowNamed(
  proof: Pick<ProvenArtifact, 'proven'>,
  {
    artifact: { component, version, kind },
    sha256,
    name,
  }: { readonly artifact: ReleaseArtifact; readonly sha256: string; readonly name: ArtifactName },
): Promise<PolicyUse | undefined> {
  const { allowance } = proof.proven;
  if (allowance === undefined) return undefined;
  const isBound = name.by.length > 0;
  const found = { sha256, component, version, kind, isBound, isSigned: isNameSigned({ name }) };
  return allow(allowance, found, { proof, name });
}

/**
 * What allows the file: the exceptions of the release manifest that says its name count too.
 *
 * @throws NotAllowedError with what is proved of the signing.
 */
async function allow(
  allowance: Allowance,
  found: NamedFile,
  {
    proof,
    name,
  }: { readonly proof: Pick<ProvenArtifact, 'proven'>; readonly name: ArtifactName | undefined },
): Promise<PolicyUse> {
  try {
    const use = await allowance.named(found);
    const exceptions = [...use.exceptions, ...(name?.manifestExceptions ?? [])];
    return { ...use, exceptions: mergedExceptions(exceptions) };
  } catch (error) {
    throw withSigning(error, proof.proven);
  }
}

/** Undefined of bytes in memory and of a digest, which the caller names. */
function labelOfOutput({ artifact }: PreparedArtifact, output: Output): string | undefined {
  if (artifact !== undefined) return labelOf(artifact);
  return output.kind === 'verified' ? output.path : undefined;
}

/** What it is as far as something binds it, or its bytes say it; what it was asked for as counts for nothing here. */
function namedFile({ artifact }: PreparedArtifact, output: Output): NamedFile {
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
