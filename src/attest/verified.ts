import type { K8sVerifyError } from '../errors.ts';
import type { ArtifactResult, TrustedRootReport } from '../result.ts';

/** Something that was verified, and what came of it. */
export type Verified =
  | {
      /** It passed. */
      readonly kind: 'proved';
      /** Its result. */
      readonly artifact: ArtifactResult;
      /** What was asked, as of one that failed. */
      readonly asked?: string | undefined;
    }
  | {
      /** It did not. */
      readonly kind: 'failed';
      /** Why. */
      readonly error: K8sVerifyError;
      /** The path of a file, `sha256:` and a digest, or undefined of a released file that was asked for by its name. */
      readonly asked?: string | undefined;
      /** The policy file of the run. */
      readonly policy?: { readonly path?: string; readonly sha256: string } | undefined;
      /** That of the run, if it came to one. */
      readonly trustedRoot?: TrustedRootReport | undefined;
    };
