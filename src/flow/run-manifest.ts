import type { ManifestAnswer } from '../names/bind-name.ts';
import type { Policy } from '../policy/policy.ts';
import type { ReleaseVersion } from '../release/version.ts';
import type { ProvenArtifact } from './prove-with-log.ts';

/** A release manifest that is proved like an artifact, and what it takes to prove it again. */
export interface ProvedManifest extends Extract<ManifestAnswer, { readonly kind: 'proved' }> {
  readonly proof: ProvenArtifact;
  readonly bytes: Uint8Array;
  /** Where it came from, for messages. */
  readonly location: string;
}

export type RunManifest = ProvedManifest | Extract<ManifestAnswer, { readonly kind: 'none' }>;

/** Gives the manifest of a release; asked twice for one release, it fetches and proves it once. */
export type ManifestOf = (version: ReleaseVersion, policy: Policy) => Promise<RunManifest>;
