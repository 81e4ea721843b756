/** The second opinion: sigstore-js's verifier over what the local Sigstore makes. */
import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, VerificationError, Verifier } from '@sigstore/verify';

export interface SecondOpinion {
  readonly bundle: string;
  readonly trustedRoot: string;
  readonly artifact?: Buffer;
  readonly managedKeys?: Readonly<Record<string, Uint8Array>>;
  readonly thresholds?: { readonly tlogThreshold?: number; readonly ctlogThreshold?: number };
}

/** `accepted`, or the code of sigstore-js's refusal. */
export function sigstoreJsVerdict(opinion: SecondOpinion): string {
  const keys = Object.entries(opinion.managedKeys ?? {}).map(
    ([hint, spki]) => [hint, { rawBytes: Buffer.from(spki), keyDetails: 0 }] as const,
  );
  const root = TrustedRoot.fromJSON(JSON.parse(opinion.trustedRoot));
  const trust = toTrustMaterial(root, Object.fromEntries(keys));
  const entity = toSignedEntity(bundleFromJSON(JSON.parse(opinion.bundle)), opinion.artifact);
  try {
    new Verifier(trust, opinion.thresholds).verify(entity);
    return 'accepted';
  } catch (error) {
    if (error instanceof VerificationError) return error.code;
    throw error;
  }
}
