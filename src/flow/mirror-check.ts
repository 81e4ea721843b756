/** Proves what a mirror has, without a network: each file by its bundle, each name by the release manifest that is there too. */
import { join } from 'node:path';
import type { OpenBytes } from '../binary/byte-source.ts';
import type { Client } from '../client.ts';
import { NO_DATA } from '../data/no-data.ts';
import { byPosition, hashBeginning } from '../disk/hash-file.ts';
import { HashPool } from '../disk/hash-pool.ts';
import { HashTrail } from '../disk/hash-trail.ts';
import { K8sVerifyError, UnavailableError } from '../errors.ts';
import { readBundle } from '../evidence/read-bundle.ts';
import { type FileWithin, openWithin, RefusedFile, writtenTo } from '../files/file-within.ts';
import { offlineHttpClient } from '../http/offline.ts';
import { MAX_ARTIFACT_BYTES, MAX_BUNDLE_BYTES } from '../limits.ts';
import type { MirroredFile } from '../mirror/index-file.ts';
import { BUNDLE_SUFFIX } from '../mirror/layout.ts';
import type { TrustRequest } from '../plan/request.ts';
import { policyOf } from '../plan/policy-of.ts';
import { type Policy, policyOfManifest } from '../policy/policy.ts';
import { labelOf, MANIFEST_NAME, type ReleaseArtifact } from '../release/artifact.ts';
import type { ArtifactResult } from '../result.ts';
import type { HashAlgorithm } from '../strict/digest.ts';
import { DirectorySource } from '../source/directory-source.ts';
import { type FailedVerdict, verdictOf } from '../verdict.ts';
import { allowOutputs } from './allow.ts';
import { describeRun } from './describe.ts';
import { nameFile, subjectOf } from './name-failure.ts';
import { type ArtifactName, assertClaimed, assertName } from './name.ts';
import { assertSideFiles, missing } from './mirror-side-files.ts';
import { openTrust } from './open-trust.ts';
import { proofContext } from './proof-context.ts';
import { proveFromManifest } from './prove-listed.ts';
import { proveFromEvidence, type ProvenArtifact } from './prove-with-log.ts';
import { type ManifestContext, shareManifests } from './release-manifest.ts';
import type { ManifestOf, RunManifest } from './run-manifest.ts';
import { sideBySide } from './side-by-side.ts';
import { withSubject } from './unproved.ts';

/** A file of a mirror that was proved again, or why it was not; `path` is absolute. */
export type CheckedFile =
  | { readonly kind: 'proved'; readonly path: string; readonly artifact: ArtifactResult }
  | {
      readonly kind: 'failed';
      readonly path: string;
      readonly verdict: FailedVerdict;
      readonly error: K8sVerifyError;
    };

/** A file to be checked; `listed` is what the index says of it, and nothing rests on that. */
export interface FileToCheck {
  readonly artifact: ReleaseArtifact;
  readonly listed: MirroredFile | undefined;
}

interface Check extends ManifestContext {
  readonly request: TrustRequest;
  readonly source: DirectorySource;
  readonly pool: HashPool;
  readonly manifestOf: ManifestOf;
}

/**
 * @param directory absolute.
 * @returns in the order of the files.
 * @throws K8sVerifyError that is about the whole run: a trusted root that cannot be used.
 */
export async function checkFiles(
  files: readonly FileToCheck[],
  directory: string,
  request: TrustRequest,
  online: Client,
  signal: AbortSignal,
): Promise<readonly CheckedFile[]> {
  const client = { ...online, http: offlineHttpClient(), data: NO_DATA };
  const source = new DirectorySource(directory);
  const trust = await openTrust({ ...request, sources: [source] }, client, signal);
  await using pool = new HashPool();
  const context = { network: {}, sources: [source], client, trust, signal };
  const check = { ...context, request, source, pool, manifestOf: shareManifests(context) };
  return await sideBySide(files, pool.size, signal, (file, until) =>
    checkFile(file, { ...check, signal: until }),
  );
}

async function checkFile(file: FileToCheck, check: Check): Promise<CheckedFile> {
  const path = join(check.source.shown, ...file.artifact.path.split('/'));
  try {
    return { kind: 'proved', path, artifact: await proveFile(file, path, check) };
  } catch (error) {
    const named = nameFile(error, path);
    const known = named instanceof RefusedFile ? unreadable(file.artifact, path, named) : named;
    const verdict = known instanceof K8sVerifyError ? verdictOf(known) : undefined;
    if (!(known instanceof K8sVerifyError) || verdict === undefined) throw known;
    return {
      kind: 'failed',
      path,
      verdict,
      error: known.with({
        from: known.from ?? path,
        subject: { ...known.subject, ...subjectOf(file.artifact) },
      }),
    };
  }
}

/** @throws K8sVerifyError with the digest, where that is known. */
async function proveFile(
  { artifact, listed }: FileToCheck,
  path: string,
  check: Check,
): Promise<ArtifactResult> {
  const policy = await policyFor(artifact, check);
  const manifest = await check.manifestOf(artifact.version, policy);
  const file = await openWithin(check.source.root, artifact.path);
  let sha256: string | undefined;
  try {
    const hashed = file && (await hashToRead(file, artifact, manifest, check));
    sha256 = hashed?.sha256 ?? listedDigest(artifact, listed, path);
    const proof = await prove(artifact, sha256, listed, manifest, { ...check, policy });
    const name = await bind(artifact, sha256, { manifest, file: hashed, path });
    const sha512 = file && (() => hash(file, artifact, check, 'sha512'));
    await assertSideFiles({ artifact, sha256, proof, listed, sha512 }, check.source);
    await file?.assertUnchanged();
    const output = { kind: 'verified', path, members: undefined, sha256, name } as const;
    const had = file === undefined ? 'of its evidence; the file is not there' : 'of the file';
    const prepared = {
      artifact,
      proof,
      source: undefined,
      bundlePath: undefined,
      outputs: [{ ...output, had }],
    };
    const facts = { notes: [], uses: await allowOutputs([prepared]), kept: new Map() };
    const [result] = (await describeRun([prepared], facts, () => undefined)).artifacts;
    if (result === undefined) throw new TypeError(`nothing was said of ${path}`);
    return result;
  } catch (error) {
    throw sha256 === undefined ? error : withSubject(error, { sha256 });
  } finally {
    await file?.close();
  }
}

/** Each file has its own verdict by a policy file; a manifest is there for the others, and was not asked for by name. */
async function policyFor(artifact: ReleaseArtifact, { request, source, client }: Check): Promise<Policy> {
  const { signers, component } = artifact;
  const policy = await policyOf({ ...request, sources: [source] }, { kind: 'local', signers }, client);
  return component === MANIFEST_NAME ? policyOfManifest(policy) : policy;
}

/** Of a file of which only the evidence is to be there. */
function listedDigest(artifact: ReleaseArtifact, listed: MirroredFile | undefined, path: string): string {
  if (listed !== undefined && listed.bytes === undefined) return listed.sha256;
  throw missing(`${labelOf(artifact)} is not in the mirror`, path);
}

/**
 * Where the release manifest lists the file, a thread hashes it: what it says of itself decides nothing then. Else its name is
 * read from the bytes that were hashed, even if they are written to meanwhile.
 */
async function hashToRead(
  file: FileWithin,
  artifact: ReleaseArtifact,
  manifest: RunManifest,
  check: Check,
): Promise<OpenBytes & { readonly sha256: string }> {
  const { size: bytes, readAt } = file;
  const isListed =
    manifest.kind === 'proved' && manifest.manifest.digestsOf(artifact.pathInRelease).length > 0;
  if (isListed) return { bytes, readAt, sha256: await hash(file, artifact, check) };
  assertSize(file, artifact);
  const trail = new HashTrail('sha256');
  const [sha256 = ''] = await hashBeginning(byPosition(readAt), bytes, ['sha256'], check.signal, { trail });
  return { bytes, readAt: trail.reader(readAt, writtenTo), sha256 };
}

async function hash(
  file: FileWithin,
  artifact: ReleaseArtifact,
  { pool, signal }: Check,
  algorithm: HashAlgorithm = 'sha256',
): Promise<string> {
  assertSize(file, artifact);
  return pool.digest(algorithm, file.descriptor, file.size, signal);
}

function assertSize({ size }: FileWithin, { kind }: ReleaseArtifact): void {
  const most = MAX_ARTIFACT_BYTES[kind];
  if (size > most) throw new RefusedFile(`it has ${size} bytes, more than ${most}`);
}

function unreadable(artifact: ReleaseArtifact, from: string, cause: RefusedFile): UnavailableError {
  return new UnavailableError('mirror-unreadable', `${labelOf(artifact)} was not read: ${cause.message}`, {
    wanted: 'a regular file in the mirror',
    found: cause.message,
    from,
    next: 'see what is wrong in that directory',
    cause,
  });
}

async function prove(
  artifact: ReleaseArtifact,
  sha256: string,
  listed: MirroredFile | undefined,
  manifest: RunManifest,
  check: Check & { readonly policy: Policy },
): Promise<ProvenArtifact> {
  const what = labelOf(artifact);
  const digest = { algorithm: 'sha256', hex: sha256 } as const;
  const path = `${artifact.path}${BUNDLE_SUFFIX}`;
  const bundle = await check.source.small({
    path,
    maxBytes: MAX_BUNDLE_BYTES,
    what: `the bundle of ${what}`,
  });
  const location = join(check.source.shown, ...path.split('/'));
  const trust = await check.trust.current();
  if (bundle !== undefined) {
    const context = proofContext(check, check.policy, trust);
    const evidence = readBundle(bundle.bytes, `the bundle of ${what}`);
    const proven = proveFromEvidence(context, evidence, { kind: 'digest', digest });
    const origin = { kind: 'bundle', location } as const;
    return { proven, trust, bundle: bundle.bytes, origin, notes: [] };
  }
  if (listed?.sideFiles.includes(BUNDLE_SUFFIX) === true)
    throw missing(`the bundle of ${what} is not in the mirror`, location);
  const request = { artifact, policy: check.policy, manifest: () => Promise.resolve(manifest) };
  const byManifest = await proveFromManifest(request, digest, 'the mirror has no bundle of it');
  if (byManifest.kind === 'proved') return byManifest.proof;
  throw new UnavailableError('mirror-incomplete', `the mirror has ${what}, but no bundle of it`, {
    wanted: location,
    found: byManifest.found,
    next: 'fill the mirror with this file too: then its evidence is there',
  });
}

async function bind(
  artifact: ReleaseArtifact,
  sha256: string,
  {
    manifest,
    file,
    path,
  }: { readonly manifest: RunManifest; readonly file: OpenBytes | undefined; readonly path: string },
): Promise<ArtifactName> {
  const named = { sha256, manifest, from: path };
  const demand = { demanded: undefined, demandedBy: 'sha256', nameRequired: false } as const;
  if (file === undefined) return assertClaimed(artifact, undefined, named, demand);
  return assertName(artifact, { ...named, file }, demand);
}
