/** Which digest of a file is to be proved by what is published of it, and what an earlier run has already proved of that. */
import type { Client } from '../client.ts';
import { InterruptedError, K8sVerifyError } from '../errors.ts';
import {
  type DetachedMaterial,
  parseCertificateFile,
  parseSignatureFile,
} from '../evidence/detached-material.ts';
import { findKeptEvidence } from '../evidence/evidence-store.ts';
import { detachedSignatureFits, needsWholeFile } from '../proof/check-detached-signature.ts';
import type { SideFiles } from '../source/side-files.ts';
import { equalBytes } from '../strict/bytes.ts';
import type { Digest } from '../strict/digest.ts';
import { proveFromEvidence, type ProvenArtifact } from './prove-with-log.ts';

/**
 * The digest to prove: the one that the release manifest lists, unless the pair is over that of the checksum file. That is
 * proved then, and refused by name: the signature and the manifest say two things.
 */
export function claimOf(
  { bundle, signature, certificate }: SideFiles,
  listed: Digest | undefined,
  checksum: Digest | undefined,
  label: string,
): Digest | undefined {
  if (listed === undefined || checksum === undefined || listed.hex === checksum.hex)
    return listed ?? checksum;
  if (bundle !== undefined || signature === undefined || certificate === undefined) return listed;
  const material = readPair(signature, certificate, label);
  return fits(material, checksum) && !fits(material, listed) ? checksum : listed;
}

function readPair(signature: Uint8Array, certificate: Uint8Array, label: string): DetachedMaterial {
  return {
    signature: parseSignatureFile(signature, `the signature of ${label}`),
    certificate: parseCertificateFile(certificate, `the certificate of ${label}`),
  };
}

function fits(material: DetachedMaterial, digest: Digest): boolean {
  return !needsWholeFile(material) && detachedSignatureFits(material, digest);
}

/** The log need not be asked for a pair again that an earlier run has completed. */
export async function provePairByKept(
  { bundle, signature, certificate }: SideFiles,
  claimed: Digest,
  own: Parameters<typeof proveFromEvidence>[0] & { readonly trust: ProvenArtifact['trust'] },
  { data }: Client,
): Promise<ProvenArtifact | undefined> {
  if (bundle !== undefined || signature === undefined || certificate === undefined) return undefined;
  const { found } = await findKeptEvidence(data, claimed.hex);
  if (found.length === 0) return undefined;
  const pair = readPair(signature, certificate, 'the file');
  for (const { bytes, evidence, location } of found) {
    const { content, key } = evidence;
    const isSame =
      content.kind === 'message-signature' &&
      equalBytes(content.signature, pair.signature) &&
      key.kind === 'certificate' &&
      equalBytes(key.leaf, pair.certificate);
    if (!isSame) continue;
    try {
      const proven = proveFromEvidence(own, evidence, { kind: 'digest', digest: claimed });
      return { proven, trust: own.trust, bundle: bytes, origin: { kind: 'bundle', location }, notes: [] };
    } catch (error) {
      // The log may have more to say of it.
      if (!(error instanceof K8sVerifyError) || error instanceof InterruptedError) throw error;
    }
  }
  return undefined;
}
