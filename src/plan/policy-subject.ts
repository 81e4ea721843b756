/** What a policy is asked for, and by which request. */
import type { ReleaseArtifact } from '../release/artifact.ts';
import type { ReleaseVersion } from '../release/version.ts';
import type { NetworkRequest, TrustRequest, VerifyRequest } from './request.ts';

/** The parts of a request that a policy is made from. */
export type PolicyRequest = TrustRequest &
  NetworkRequest &
  Pick<VerifyRequest, 'releaseWorkflow' | 'predicateTypes'> & { readonly signal?: AbortSignal };

/** What a policy is asked for. */
export type PolicySubject =
  | {
      readonly kind: 'released';
      readonly artifact: Pick<ReleaseArtifact, 'component' | 'kind' | 'version' | 'signers'>;
      /** The component that is taken out of the artifact, if it is not used itself. */
      readonly member?: string;
      /** The digest (hex) that is demanded of it. */
      readonly demanded?: string | undefined;
    }
  /** A file or a digest that is here, and what it must be by name, if that is asked for. */
  | {
      readonly kind: 'local';
      readonly as?: { readonly component: string; readonly version: ReleaseVersion } | undefined;
      readonly demanded?: string | undefined;
      /** Who signs the release that it is of; default: anyone who has ever signed one. */
      readonly signers?: ReleaseArtifact['signers'];
    };
