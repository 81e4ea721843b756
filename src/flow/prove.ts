import { NotAllowedError, UnavailableError, UntrustedError } from '../errors.ts';
import {
  type DetachedMaterial,
  parseCertificateFile,
  parseChecksumFile,
  parseSignatureFile,
} from '../evidence/detached-material.ts';
import { note, type Note } from '../notes.ts';
import type { Digest } from '../strict/digest.ts';
import { readBundle } from '../evidence/read-bundle.ts';
import { fetchSideFiles, isSigned, type SideFileRequest, type SideFiles } from '../source/side-files.ts';
import { DEFAULT_SOURCE } from '../plan/request.ts';
import { type BytesOnTheWay, type Contradiction, explainContradiction } from './contradiction.ts';
import { nameDigest } from './name-failure.ts';
import type { ProvenDigest } from '../proof/prove-digest.ts';
import { checkClaim } from '../proof/check-claim.ts';
import { detachedHashes, detachedSignatureFits, needsWholeFile } from '../proof/check-detached-signature.ts';
import { statedDigest } from '../proof/proof.ts';
import type { KeptProof } from './kept-evidence.ts';
import { type ListedRequest, proveFromManifest } from './prove-listed.ts';
import {
  type ProofContext,
  proveFromBundle,
  proveFromPair,
  proveFromSearch,
  type ProvenArtifact,
} from './prove-with-log.ts';

export interface ProofRequest extends ProofContext {
  /** Undefined of the release manifest itself. */
  readonly listed?: ListedRequest;
  readonly files: SideFileRequest;
  readonly bytes: BytesOnTheWay;
  /** What an earlier run kept for a SHA-256 (hex): with it, the log need not be asked. */
  readonly kept?: (sha256: string) => Promise<KeptProof>;
}

type Attempt = { readonly kind: 'proved'; readonly proof: ProvenArtifact } | Contradiction;

/**
 * Proves the digest of one published artifact: from its bundle if there is one, else from `.sig` and `.cert`, which the
 * transparency log completes. Local checks come before the network, so that a signature that does not fit, a missing log
 * entry, a log that cannot be reached, another signer and an inconsistent upstream are different answers.
 *
 * If the files contradict each other (a stale copy, an upstream fault as in kubernetes#135858, or an attack), we ask for
 * fresh copies, then ask the log for another signing of the same digest, then the release manifest. Then the bytes decide what is
 * wrong.
 *
 * @param sideFiles those of `request.files`, which are asked for before this code is loaded.
 * @throws UntrustedError with the failed check; UnavailableError if something that is needed cannot be fetched.
 */
export async function proveArtifact(
  request: ProofRequest,
  sideFiles: Promise<SideFiles>,
): Promise<ProvenArtifact> {
  const files = await sideFiles;
  const first = await proveFromFiles(request, files);
  if (first.kind === 'proved') return withNotes(first.proof, files.notes);
  const fresh = await askPastCaches(request, files);
  const second = fresh.kind === 'files' ? await proveFromFiles(request, fresh.files) : first;
  if (second.kind === 'proved') {
    const stale = `a cache between here and ${files.source.shown} served stale signature files`;
    return withNotes(second.proof, [note('signature-files-stale', stale)]);
  }
  const reason = 'the published signature does not fit the published digest';
  const search = second.kind === 'pair' ? await proveFromSearch(request, second.claimed, reason) : undefined;
  if (search?.kind === 'proved') return search.proof;
  const listing =
    second.kind === 'pair' && request.listed !== undefined
      ? await proveFromManifest(request.listed, second.claimed, reason)
      : undefined;
  if (listing?.kind === 'proved') return listing.proof;
  // The one signing that proves it is forbidden: that is the reason, and not what is wrong with the other files.
  if (search?.cause instanceof NotAllowedError) throw search.cause;
  return explainContradiction(second, request.files.what, request.bytes, {
    search,
    listing,
    freshCopies: fresh.kind === 'files' ? 'no better' : fresh.why,
  });
}

function withNotes(proof: ProvenArtifact, notes: readonly Note[]): ProvenArtifact {
  return { ...proof, notes: [...proof.notes, ...notes] };
}

async function proveFromFiles(request: ProofRequest, files: SideFiles): Promise<Attempt> {
  if (files.bundle !== undefined) return proveBundle(request, files, files.bundle);
  const material = await detachedMaterial(request, files);
  const checksum = publishedChecksum(request, files);
  const claimed = checksum ?? (await request.bytes.digest());
  const signed = await signedDigest(request, material, claimed);
  if (signed !== undefined) return proveSigned(request, files, material, signed);
  if (checksum !== undefined) return { kind: 'pair', material, claimed, checksum: 'published' };
  const anew = (await request.bytes.digestAnew()) ?? claimed;
  const signedAnew = await signedDigest(request, material, anew);
  if (signedAnew !== undefined) return proveSigned(request, files, material, signedAnew);
  return { kind: 'pair', material, claimed: anew, checksum: 'none' };
}

/** By what was kept for the digest that the pair is over; else by the pair, which the log completes. */
async function proveSigned(
  request: ProofRequest,
  files: SideFiles,
  material: DetachedMaterial,
  signed: Digest,
): Promise<Attempt> {
  const kept = signed.algorithm === 'sha256' ? await request.kept?.(signed.hex) : undefined;
  if (kept?.proof !== undefined) return { kind: 'proved', proof: kept.proof };
  const location = `${locationOf(request, files)}.sig`;
  const proof = await proveFromPair(request, {
    material,
    digest: signed,
    what: request.files.what,
    location,
  });
  return { kind: 'proved', proof: withNotes(proof, kept?.notes ?? []) };
}

/**
 * The digest of the artifact that the pair is over: the SHA-256, or by a larger key's usual algorithm that of the bytes,
 * since no file with it is looked for.
 */
async function signedDigest(
  { bytes, files: { what } }: ProofRequest,
  material: DetachedMaterial,
  claimed: Digest,
): Promise<Digest | undefined> {
  if (needsWholeFile(material)) throw onlyInBundle(what);
  if (detachedSignatureFits(material, claimed)) return claimed;
  for (const algorithm of detachedHashes(material).filter((name) => name !== claimed.algorithm)) {
    const digest = await bytes.digest(algorithm);
    if (detachedSignatureFits(material, digest)) return digest;
  }
  return undefined;
}

/** The log is searched by digest, and such a key signs no digest. */
function onlyInBundle(what: string): UnavailableError {
  return new UnavailableError(
    'mirror-incomplete',
    `the signature of ${what} can only be checked in a bundle`,
    {
      wanted: 'a bundle (.sigstore.json), or a signature by an ECDSA or RSA key',
      found: 'a signature by an Ed25519 key in .sig and .cert alone',
      why: 'nothing was learnt about the file',
      next: 'get it from another source: --mirror URL',
    },
  );
}

/**
 * The files as their origin has them, past all caches. If they cannot be fetched completely, that teaches us nothing new:
 * they were there a moment ago, and contradicted each other.
 */
async function askPastCaches(
  { files: request }: ProofRequest,
  { source }: SideFiles,
): Promise<
  { readonly kind: 'files'; readonly files: SideFiles } | { readonly kind: 'none'; readonly why: string }
> {
  try {
    const files = await fetchSideFiles({ ...request, sources: [source], bypassCache: true });
    return isSigned(files) ? { kind: 'files', files } : { kind: 'none', why: 'incomplete' };
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return { kind: 'none', why: `not to be had (${error.message})` };
  }
}

function publishedChecksum(
  { files: { what } }: ProofRequest,
  { checksum, noChecksum }: SideFiles,
): Digest | undefined {
  if (noChecksum !== undefined) throw noChecksum;
  return checksum === undefined
    ? undefined
    : parseChecksumFile(checksum, 'sha256', `the checksum file of ${what}`);
}

async function detachedMaterial(request: ProofRequest, files: SideFiles): Promise<DetachedMaterial> {
  const { what } = request.files;
  if (files.signature === undefined || files.certificate === undefined) {
    await request.bytes.published();
    throw withoutSignature(request.files, files);
  }
  return {
    signature: parseSignatureFile(files.signature, `the signature of ${what}`),
    certificate: parseCertificateFile(files.certificate, `the certificate of ${what}`),
  };
}

/** The artifact exists without a signature: a verdict if Kubernetes itself was asked, else a gap in a copy. */
function withoutSignature(
  { sources, path, what }: SideFileRequest,
  { signature, certificate }: SideFiles,
): UntrustedError | UnavailableError {
  const missing = [
    ...(signature === undefined ? ['.sig'] : []),
    ...(certificate === undefined ? ['.cert'] : []),
  ];
  const name = path.slice(path.lastIndexOf('/') + 1);
  const absent = sources.every(({ isLocal }) => isLocal) ? 'no such file,' : 'HTTP 404';
  const details = {
    wanted: `${name}.sigstore.json, or ${name}.sig and ${name}.cert`,
    found:
      missing.length === 2
        ? `${absent} for all three`
        : `${absent} for ${missing.join(' and ')}, and for .sigstore.json`,
    from: sources.map(({ shown }) => `${shown}/${directoryOf(path)}`).join(', '),
  };
  if (sources.some(({ isPublisher }) => isPublisher)) {
    return new UntrustedError('signature-not-published', `no complete signature is published for ${what}`, {
      check: 'material',
      ...details,
      why: 'without a signature it is not known who made the file',
      next: 'a new release can take hours to be complete; try again, or take the next patch release',
    });
  }
  const [verb, mirrors] = sources.length === 1 ? ['has', 'the mirror'] : ['have', 'the mirrors'];
  const files = missing.map((suffix) => `${name}${suffix}`).join(' and ');
  return new UnavailableError('mirror-incomplete', `${mirrors} ${verb} ${what}, but not its signature`, {
    ...details,
    next: `fill the mirror: copy ${files} there from ${DEFAULT_SOURCE}/${directoryOf(path)}`,
  });
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/**
 * A bundle or its log entry says what it is over; the digest that is published next to it, or else that of the bytes, is
 * held against any other.
 */
async function proveBundle(request: ProofRequest, files: SideFiles, bundle: Uint8Array): Promise<Attempt> {
  const evidence = readBundle(bundle);
  // A statement never proves a release, so we do not wait for the bytes of the artifact.
  checkClaim({ evidence, policy: request.policy });
  const stated = statedDigest(evidence);
  const checksum = publishedChecksum(request, files);
  const digest = stated ?? checksum ?? (await request.bytes.digest());
  const proven = proveStated(request, bundle, digest);
  if (checksum !== undefined && checksum.algorithm === digest.algorithm && checksum.hex !== digest.hex) {
    return { kind: 'bundle', proven: digest, claimed: checksum };
  }
  const location = `${locationOf(request, files)}.sigstore.json`;
  const { trust } = request;
  return {
    kind: 'proved',
    proof: { proven, trust, bundle, origin: { kind: 'bundle', location }, notes: [] },
  };
}

function proveStated(request: ProofRequest, bundle: Uint8Array, digest: Digest): ProvenDigest {
  try {
    return proveFromBundle(request, bundle, { kind: 'digest', digest });
  } catch (error) {
    throw nameDigest(error, digest);
  }
}

function locationOf({ files: { path } }: ProofRequest, { source }: SideFiles): string {
  return `${source.shown}/${path}`;
}
