import type { PlannedArtifact } from '../plan/plan.ts';
import type { RunContext } from './download.ts';
import { type KeptProof, proveKept } from './kept-evidence.ts';
import { keptManifest } from './kept-manifest.ts';
import { proveFromManifest } from './prove-listed.ts';

/**
 * Proves a digest that was demanded by what was kept for it: its own evidence, or else a kept release manifest that lists
 * exactly that digest. No request is made for it.
 */
export async function proveDemanded(
  { artifact, policy }: PlannedArtifact,
  sha256: string,
  context: RunContext,
): Promise<KeptProof> {
  const kept = await proveKept(sha256, policy, context);
  if (kept.proof !== undefined) return kept;
  const manifest = await keptManifest(artifact.version, policy, context);
  if (manifest === undefined) return kept;
  const listed = await proveFromManifest(
    { artifact, policy, manifest: () => Promise.resolve(manifest) },
    { algorithm: 'sha256', hex: sha256 },
    'no evidence of the file itself is kept',
  );
  if (listed.kind !== 'proved') return kept;
  const { proof } = listed;
  return { proof: { ...proof, notes: [...proof.notes, ...kept.notes] }, notes: kept.notes };
}
