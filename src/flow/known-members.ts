import { inspectDestination } from '../disk/inspect-destination.ts';
import { MAX_ARTIFACT_BYTES } from '../limits.ts';
import type { PlannedArtifact, PlannedMember } from '../plan/plan.ts';
import type { RunContext } from './download.ts';
import type { PreparedArtifact } from './prepared-artifact.ts';
import { memberAsked, recognise } from './recognise.ts';

/**
 * The files that would be taken out of a tarball, if all of them are there already and what earlier runs kept proves and
 * names each: then the tarball is not needed. It is not signed for each file; the release manifest is.
 *
 * @returns undefined if one is missing, is another file, or could be changed by another user.
 */
export async function knownMembers(
  plan: PlannedArtifact,
  files: readonly PlannedMember[],
  context: RunContext,
): Promise<readonly PreparedArtifact[] | undefined> {
  // The records of a release are compared with the tarball.
  if (context.recordsOf !== undefined) return undefined;
  // A policy file judges what is signed, which is the tarball.
  if (plan.policy.rules !== undefined) return undefined;
  const known: PreparedArtifact[] = [];
  for (const file of files) {
    const one = await knownMember(plan, file, context);
    if (one === undefined) return undefined;
    known.push(one);
  }
  return known;
}

async function knownMember(
  plan: PlannedArtifact,
  { destination, executable, ...member }: PlannedMember,
  context: RunContext,
): Promise<PreparedArtifact | undefined> {
  if ((await inspectDestination(destination)) === 'absent') return undefined;
  const asked = memberAsked(plan, { destination, executable, ...member });
  const file = { destination, executable };
  const { known } = await recognise(asked, file, context);
  const sha256 = known?.measured.digest;
  if (known === undefined || sha256 === undefined || known.measured.why !== undefined) return undefined;
  const { proof, name, measured } = known;
  const maxBytes = MAX_ARTIFACT_BYTES[asked.artifact.kind];
  const proven = { algorithm: 'sha256', hex: sha256 } as const;
  const installed = { ...file, maxBytes, proven, measured: measured.state };
  const had = 'the file that was there';
  const output = { kind: 'already-installed', file, installed, sha256, had, name } as const;
  return { artifact: asked.artifact, proof, source: undefined, bundlePath: undefined, outputs: [output] };
}
