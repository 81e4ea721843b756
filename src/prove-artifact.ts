import { shownUrl } from './encoding/shown-url.ts';
import { UntrustedError } from './errors.ts';
import {
  type DetachedMaterial,
  parseCertificateFile,
  parseChecksumFile,
  parseSignatureFile,
} from './evidence/detached-material.ts';
import type { Digest } from './evidence/evidence.ts';
import { fetchSideFiles, type SideFileRequest, type SideFiles } from './evidence/side-files.ts';
import { detachedSignatureFits } from './proof/check-detached-signature.ts';
import {
  type PairClaim,
  type Proof,
  type ProofContext,
  proveFromBundle,
  proveFromPair,
  proveFromSearch,
  type SearchFailed,
} from './prove-pair.ts';

export interface ProofRequest extends ProofContext {
  readonly files: SideFileRequest;
  /**
   * The digest of the bytes themselves. It is only waited for where the published files contradict each other or
   * claim no digest: the proof is otherwise finished while the bytes still stream.
   */
  readonly digestOfBytes: () => Promise<Digest>;
  /** The same after a fresh download, where the bytes may be no whole copy of the artifact; else undefined. */
  readonly digestOfBytesAnew: () => Promise<Digest | undefined>;
  /** Resolves once the first byte of the artifact is there; rejects with `artifact-not-found` where there is none. */
  readonly published: () => Promise<void>;
}

/**
 * Proves the digest of one published artifact: from its bundle where there is one, else from `.sig` and `.cert`
 * completed by the transparency log. Local checks come before the network, so that a signature that does not fit, a
 * log that says no, a log that cannot be reached, another signer and an inconsistent upstream are different answers.
 *
 * @throws UntrustedError with the failed check; UnavailableError where something needed cannot be had.
 */
export async function proveArtifact(request: ProofRequest): Promise<Proof> {
  const files = await fetchSideFiles(request.files);
  const proof = await proveFromFiles(request, files);
  return { ...proof, notes: [...files.notes, ...proof.notes] };
}

async function proveFromFiles(request: ProofRequest, files: SideFiles): Promise<Proof> {
  if (files.bundle !== undefined) {
    return proveBundle(request, files, files.bundle, await claimedDigest(request, files));
  }
  const material = await detachedMaterial(request, files);
  const claimed = await claimedDigest(request, files);
  if (detachedSignatureFits(material, claimed))
    return proveFromPair(request, pairClaim(request, files, material, claimed));
  const anew = files.checksum === undefined ? await request.digestOfBytesAnew() : undefined;
  if (anew !== undefined && detachedSignatureFits(material, anew))
    return proveFromPair(request, pairClaim(request, files, material, anew));
  return recover(request, files, material, anew ?? claimed);
}

async function claimedDigest(request: ProofRequest, files: SideFiles): Promise<Digest> {
  if (files.checksum === undefined) return request.digestOfBytes();
  return parseChecksumFile(files.checksum, 'sha256', `the checksum file of ${request.files.what}`);
}

async function detachedMaterial(request: ProofRequest, files: SideFiles): Promise<DetachedMaterial> {
  const { what } = request.files;
  if (files.signature === undefined || files.certificate === undefined) {
    await request.published();
    const missing = [
      ...(files.signature === undefined ? ['.sig'] : []),
      ...(files.certificate === undefined ? ['.cert'] : []),
    ].join(' and ');
    throw new UntrustedError('signature-not-published', `no complete signature is published for ${what}`, {
      check: 'material',
      expected: `${request.files.path} with .sig and .cert, or .sigstore.json, at ${shownUrl(files.source)}`,
      found: `HTTP 404 for ${missing}`,
      why: 'without a signature nobody can tell who made the file',
      advice: 'a new release can take hours to reach every mirror; try again, or take the next patch release',
    });
  }
  return {
    signature: parseSignatureFile(files.signature, `the signature of ${what}`),
    certificate: parseCertificateFile(files.certificate, `the certificate of ${what}`),
  };
}

function proveBundle(request: ProofRequest, files: SideFiles, bundle: Uint8Array, claimed: Digest): Proof {
  const proven = proveFromBundle(request, bundle, { kind: 'digest', digest: claimed });
  const location = `${shownUrl(files.source).replace(/\/+$/, '')}/${request.files.path}.sigstore.json`;
  return { proven, bundle, origin: { kind: 'bundle', location }, notes: [] };
}

function pairClaim(
  request: ProofRequest,
  files: SideFiles,
  material: DetachedMaterial,
  digest: Digest,
): PairClaim {
  const location = `${shownUrl(files.source).replace(/\/+$/, '')}/${request.files.path}`;
  return { material, digest, what: request.files.what, location };
}

/**
 * The published signature does not fit the published digest: a stale copy, an upstream fault (kubernetes#135858), or
 * an attack. Fresh copies are asked for, then the log for another signing of the same digest; then the bytes decide
 * which sentence is the true one.
 */
async function recover(
  request: ProofRequest,
  files: SideFiles,
  material: DetachedMaterial,
  claimed: Digest,
): Promise<Proof> {
  const fresh = await fetchSideFiles({ ...request.files, sources: [files.source], bypassCache: true });
  const freshMaterial = await detachedMaterial(request, fresh);
  const freshClaim = await claimedDigest(request, fresh);
  if (detachedSignatureFits(freshMaterial, freshClaim)) {
    const proof = await proveFromPair(request, pairClaim(request, fresh, freshMaterial, freshClaim));
    return {
      ...proof,
      notes: [
        ...proof.notes,
        `a cache between here and ${shownUrl(files.source)} served stale signature files`,
      ],
    };
  }
  const reason = 'the published signature does not fit the published digest';
  const search = await proveFromSearch(request, freshClaim, reason);
  if (search.kind === 'proved') return search.proof;
  return explainMismatch(request, material, claimed, search);
}

async function explainMismatch(
  request: ProofRequest,
  material: DetachedMaterial,
  claimed: Digest,
  search: SearchFailed,
): Promise<never> {
  const { what } = request.files;
  const staged = await request.digestOfBytes();
  const actual = staged.hex === claimed.hex ? staged : ((await request.digestOfBytesAnew()) ?? staged);
  if (actual.hex !== claimed.hex && detachedSignatureFits(material, actual)) {
    throw new UntrustedError('digest-mismatch', `the checksum file of ${what} is wrong`, {
      check: 'digest',
      expected: `sha256:${actual.hex}, which the signature fits`,
      found: `sha256:${claimed.hex} in the checksum file`,
      why: 'files of one release contradict each other, so the server does not hold what was published',
      advice: 'try again later or from another mirror',
    });
  }
  const fits = actual.hex === claimed.hex;
  throw new UntrustedError('signature-mismatch', `the signature does not fit ${what}`, {
    check: 'signature',
    expected: `a signature over sha256:${actual.hex}`,
    found: fits
      ? `a signature over something else, though the file has the digest in its checksum file; ${search.found}`
      : `a signature over something else, and sha256:${claimed.hex} in the checksum file`,
    why: fits
      ? 'the signature files belong to another file, or were replaced together with the checksum'
      : 'the file, its checksum and its signature do not belong together: one of them was replaced',
    advice:
      'do not use this file; if only one architecture or one release shows this, report it to kubernetes/kubernetes',
    cause: search.cause,
  });
}
