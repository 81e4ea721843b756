import { note } from '../notes.ts';
import type { Policy } from '../policy/policy.ts';
import { proveListed } from '../proof/prove-digest.ts';
import type { ListedArtifact } from '../records/release-manifest.ts';
import type { Digest } from '../strict/digest.ts';
import type { ProvenArtifact } from './prove-with-log.ts';
import type { RunManifest } from './run-manifest.ts';

/** An artifact that the release's manifest may list. */
export interface ListedRequest {
  readonly artifact: ListedArtifact;
  /** That for the artifact. */
  readonly policy: Policy;
  readonly manifest: () => Promise<RunManifest>;
}

export type ListedProof =
  | { readonly kind: 'proved'; readonly proof: ProvenArtifact }
  /** What asking the manifest came to, for the error that the caller throws. */
  | { readonly kind: 'not-proved'; readonly found: string };

/**
 * Proves a digest by the signature over the release manifest, because upstream mixed up the signature of the file itself
 * (kubernetes#135858). The manifest must list exactly the claimed digest.
 *
 * @param reason why the manifest has to prove it.
 */
export async function proveFromManifest(
  { artifact, policy, manifest: ask }: ListedRequest,
  claimed: Digest,
  reason: string,
): Promise<ListedProof> {
  const manifest = await ask();
  if (manifest.kind === 'none') return { kind: 'not-proved', found: `no release manifest: ${manifest.why}` };
  const { proof: document, bytes, location, sha256 } = manifest;
  const proven = proveListed(document.proven, bytes, artifact, policy);
  if (proven === undefined)
    return { kind: 'not-proved', found: 'the signed release manifest does not list one digest for it' };
  if (claimed.algorithm !== proven.algorithm || claimed.hex !== proven.hex)
    return { kind: 'not-proved', found: `sha256:${proven.hex} in the signed release manifest` };
  const text = `${reason}; the signed release manifest lists this digest, and its own signature passed every check`;
  const origin = { kind: 'release-manifest', location, sha256, reason } as const;
  const notes = [note('release-manifest-proves', text)];
  const { bundle, trust } = document;
  return { kind: 'proved', proof: { proven, origin, bundle, trust, notes, listedIn: { bytes } } };
}
