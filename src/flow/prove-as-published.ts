import { hashAll } from '../disk/hash-file.ts';
import { InterruptedError, K8sVerifyError, UnavailableError, UntrustedError } from '../errors.ts';
import {
  parseCertificateFile,
  parseChecksumFile,
  parseSignatureFile,
} from '../evidence/detached-material.ts';
import type { LocalEvidence } from '../evidence/local-evidence.ts';
import { readBundle } from '../evidence/read-bundle.ts';
import { formatName } from '../names/bind-name.ts';
import type { ReleaseArtifact } from '../release/artifact.ts';
import { fetchSideFiles, isSigned, type SideFiles } from '../source/side-files.ts';
import type { Digest, HashAlgorithm } from '../strict/digest.ts';
import type { BytesOnTheWay } from './contradiction.ts';
import { keptManifest } from './kept-manifest.ts';
import { proofContext } from './proof-context.ts';
import { proveArtifact } from './prove.ts';
import { type LocalRun, proveBy, type ProvedLocal } from './prove-by.ts';
import { proveFromManifest } from './prove-listed.ts';
import type { UnaidedSubject } from './unaided-subject.ts';
import type { ProvenArtifact } from './prove-with-log.ts';
import type { ManifestContext } from './release-manifest.ts';
import type { ManifestOf, RunManifest } from './run-manifest.ts';
import { proveWith } from './run-trust.ts';
import { anotherDigest, withoutSignature } from './unproved.ts';

/** What a release has under the name that a subject claims. */
export type PublishedAnswer =
  | { readonly kind: 'proved'; readonly proved: ProvedLocal }
  /** Another digest is proved for that name. */
  | { readonly kind: 'other'; readonly error: UntrustedError }
  | {
      readonly kind: 'not-proved';
      /** In a few words. */
      readonly found: string;
      /** What counts if nothing else proves the subject: evidence over it is refused, or could not be judged. */
      readonly error?: K8sVerifyError;
    };

export interface PublishedContext extends ManifestContext {
  readonly manifestOf: ManifestOf;
}

const REASON = 'no signature of its own was at hand';

/** By the release manifest that an earlier run kept, without a network; undefined where there is none, or it is silent. */
export async function proveByKeptManifest(
  run: LocalRun,
  subject: UnaidedSubject,
  artifact: ReleaseArtifact,
  context: ManifestContext,
): Promise<PublishedAnswer | undefined> {
  const manifest = await keptManifest(artifact.version, run.policy, context);
  return manifest === undefined ? undefined : askManifest(run, subject, artifact, manifest);
}

/**
 * By what the sources have under the name: the pair or the bundle, if it is over this subject; else whatever proves the
 * digest of the published file, which is this one's, or another.
 */
export async function proveAsPublished(
  run: LocalRun,
  subject: UnaidedSubject,
  artifact: ReleaseArtifact,
  context: PublishedContext,
): Promise<PublishedAnswer> {
  const what = formatName(artifact);
  const { report } = run.client;
  const request = { report, sources: context.sources, path: artifact.path, what, signal: context.signal };
  run.trust.begin();
  let files: SideFiles;
  try {
    files = await fetchSideFiles(request);
  } catch (error) {
    return notFetched(error, what);
  }
  if (!isSigned(files)) return withoutPair(run, subject, artifact, files, context);
  const own = await proveByPair(run, subject, artifact, files);
  if (own !== 'misfit') return own;
  try {
    const proof = await proveWith(run.trust, async (trust) =>
      proveArtifact(
        {
          ...proofContext(context, run.policy, trust),
          files: request,
          bytes: onDisk(subject),
          listed: {
            artifact,
            policy: run.policy,
            manifest: () => context.manifestOf(artifact.version, run.policy),
          },
        },
        Promise.resolve(files),
      ),
    );
    return compared(subject, artifact, proof, `${files.source.shown}/${artifact.path}`);
  } catch (error) {
    if (!(error instanceof K8sVerifyError) || error instanceof InterruptedError) throw error;
    const manifest = await context.manifestOf(artifact.version, run.policy);
    const listed = await askManifest(run, subject, artifact, manifest);
    return listed ?? contradicted(error, subject, files, what);
  }
}

/** @returns `misfit` where the published evidence is over other bytes. */
async function proveByPair(
  run: LocalRun,
  { file }: UnaidedSubject,
  artifact: ReleaseArtifact,
  files: SideFiles,
): Promise<PublishedAnswer | 'misfit'> {
  const what = formatName(artifact);
  try {
    const evidence = evidenceOf(files, artifact, what);
    return { kind: 'proved', proved: await proveBy(evidence, run, file) };
  } catch (error) {
    if (!(error instanceof K8sVerifyError) || error instanceof InterruptedError) throw error;
    const isMisfit = error.code === 'signature-mismatch' || error.code === 'digest-mismatch';
    if (error instanceof UntrustedError && isMisfit) return 'misfit';
    // Material that cannot be read is over nothing.
    const isOver = error.code !== 'material-malformed' && error.code !== 'material-oversized';
    const found = `the published signature of ${what} does not prove it: ${error.message}`;
    return { kind: 'not-proved', found, ...(isOver ? { error } : {}) };
  }
}

function evidenceOf(files: SideFiles, { path }: ReleaseArtifact, what: string): LocalEvidence {
  const { bundle, signature, certificate, source } = files;
  if (bundle !== undefined) {
    const location = `${source.shown}/${path}.sigstore.json`;
    return { kind: 'bundle', bytes: bundle, evidence: readBundle(bundle), location };
  }
  if (signature === undefined || certificate === undefined) throw new TypeError('there is no signature');
  const material = {
    signature: parseSignatureFile(signature, `the signature of ${what}`),
    certificate: parseCertificateFile(certificate, `the certificate of ${what}`),
  };
  return { kind: 'detached', material, location: `${source.shown}/${path}.sig` };
}

/** A proved digest of the published file, held against the subject's own. */
function compared(
  subject: UnaidedSubject,
  artifact: ReleaseArtifact,
  proof: ProvenArtifact,
  from: string,
): PublishedAnswer {
  const { algorithm, hex } = proof.proven;
  if (algorithm === 'sha256' && hex === subject.sha256) return proved(subject, proof);
  return { kind: 'other', error: anotherDigest(subject, artifact, { digest: `${algorithm}:${hex}`, from }) };
}

function proved({ sha256, file }: UnaidedSubject, proof: ProvenArtifact): PublishedAnswer {
  const digest = { algorithm: 'sha256', hex: sha256 } as const;
  const measured = file === undefined ? {} : { measured: file };
  return { kind: 'proved', proved: { subject: { kind: 'digest', digest }, sha256, ...measured, proof } };
}

/** The signed release manifest lists its files; undefined where it says nothing of this one. */
async function askManifest(
  { policy }: Pick<LocalRun, 'policy'>,
  subject: UnaidedSubject,
  artifact: ReleaseArtifact,
  manifest: RunManifest,
): Promise<PublishedAnswer | undefined> {
  if (manifest.kind === 'none') return undefined;
  const claimed = { algorithm: 'sha256', hex: subject.sha256 } as const;
  const asked = { artifact, policy, manifest: () => Promise.resolve(manifest) };
  const listed = await proveFromManifest(asked, claimed, REASON);
  if (listed.kind === 'proved') return proved(subject, { ...listed.proof, notes: [] });
  const [digest, more] = manifest.manifest.digestsOf(artifact.pathInRelease);
  if (digest === undefined || more !== undefined || digest === subject.sha256) return undefined;
  const proven = { digest: `sha256:${digest}`, from: manifest.location };
  return { kind: 'other', error: anotherDigest(subject, artifact, proven) };
}

/** There is no complete signature. Kubernetes' own server says by the checksum file whether the file is there. */
async function withoutPair(
  { policy }: LocalRun,
  subject: UnaidedSubject,
  artifact: ReleaseArtifact,
  files: SideFiles,
  { manifestOf }: PublishedContext,
): Promise<PublishedAnswer> {
  const answer = await askManifest({ policy }, subject, artifact, await manifestOf(artifact.version, policy));
  if (answer !== undefined) return answer;
  const { shown, isPublisher } = files.source;
  const what = formatName(artifact);
  const found = `${shown} has no signature of ${what}`;
  const from = `${shown}/${artifact.path}`;
  return isPublisher && checksumOf(files, what) === subject.sha256
    ? { kind: 'not-proved', found, error: withoutSignature(subject, artifact, from) }
    : { kind: 'not-proved', found };
}

function checksumOf({ checksum }: SideFiles, what: string): string | undefined {
  if (checksum === undefined) return undefined;
  try {
    return parseChecksumFile(checksum, 'sha256', `the checksum file of ${what}`).hex;
  } catch (error) {
    if (error instanceof UntrustedError) return undefined;
    throw error;
  }
}

/** The published files contradict each other. That is about this subject only where their checksum is its own. */
function contradicted(
  error: K8sVerifyError,
  { sha256 }: UnaidedSubject,
  files: SideFiles,
  what: string,
): PublishedAnswer {
  const found = `what is published of ${what} proves nothing: ${error.message}`;
  const counts = error instanceof UnavailableError || checksumOf(files, what) === sha256;
  return { kind: 'not-proved', found, ...(counts ? { error } : {}) };
}

function notFetched(error: unknown, what: string): PublishedAnswer {
  if (!(error instanceof K8sVerifyError) || error instanceof InterruptedError) throw error;
  const found = `what is published of ${what} could not be had: ${error.message}`;
  return { kind: 'not-proved', found, ...(error instanceof UnavailableError ? { error } : {}) };
}

/** The subject in the place of a download. */
function onDisk({ sha256, bytes, what }: UnaidedSubject): BytesOnTheWay {
  return {
    published: () => Promise.resolve(),
    digest: async (algorithm = 'sha256') =>
      algorithm === 'sha256' ? { algorithm, hex: sha256 } : digestBy(algorithm, bytes, what),
    digestAnew: () => Promise.resolve(undefined),
  };
}

async function digestBy(
  algorithm: HashAlgorithm,
  bytes: UnaidedSubject['bytes'],
  what: string,
): Promise<Digest> {
  if (bytes === undefined) {
    throw new UnavailableError('evidence-not-found', `the ${algorithm} of ${what} is not known`, {
      wanted: 'the file itself, because the published signature is over another digest of it',
      found: 'its SHA-256 alone',
    });
  }
  let position = 0;
  const read = async (buffer: Uint8Array): Promise<number> => {
    const count = await bytes.readAt(buffer, position);
    position += count;
    return count;
  };
  const [hex = ''] = await hashAll(read, [algorithm], undefined);
  return { algorithm, hex };
}
