import { inMemory } from '../binary/byte-source.ts';
import { statSync } from 'node:fs';
import type { Client } from '../client.ts';
import { assertLocalFile, readWholeFile } from '../disk/hash-file.ts';
import {
  confirmMeasured,
  confirmUnwritten,
  type MeasuredFile,
  measureFile,
  writtenTo,
} from '../disk/verified-artifact.ts';
import { InterruptedError, K8sVerifyError, RequestError, UntrustedError } from '../errors.ts';
import { evidenceNotUsed } from '../evidence/evidence-store.ts';
import * as localEvidence from '../evidence/local-evidence.ts';
import type { ManifestAnswer } from '../names/bind-name.ts';
import type { AskedName } from '../plan/asked-name.ts';
import { logOf, type NetworkRequest, sourcesOf, type VerifyRequest } from '../plan/request.ts';
import type { Policy } from '../policy/policy.ts';
import { assertMessageWanted } from '../proof/check-claim.ts';
import { detachedHashes, fittingDigest } from '../proof/check-detached-signature.ts';
import { type ProofSubject, type RequiredSubject, requiredSubject } from '../proof/proof.ts';
import { type Digest, digestOf, type HashAlgorithm } from '../strict/digest.ts';
import type { TrustMaterial } from '../trust/trust-material.ts';
import { proveFromKept } from './kept-evidence.ts';
import { keptManifest } from './kept-manifest.ts';
import { assertAsked, isListedAs, type LocalName, nameLocal } from './local-name.ts';
import { nameFile } from './name-failure.ts';
import { openArchive } from './open-archive.ts';
import type { PreparedArtifact } from './prepared-artifact.ts';
import {
  type ProofContext,
  proveFromEvidence,
  proveFromPair,
  type ProvenArtifact,
} from './prove-with-log.ts';
import { reportChecks } from './report.ts';
import type { RunLogMemory } from './run-log-memory.ts';
import { proveWith, type RunTrust } from './run-trust.ts';

/**
 * Refuses what cannot be verified, before anything is read.
 *
 * @throws RequestError `usage`, `file-not-readable`
 */
export async function assertVerifiable({
  subject,
  archive,
  as,
  predicateTypes,
}: VerifyRequest): Promise<void> {
  if (as !== undefined && predicateTypes !== undefined) {
    throw new RequestError('usage', 'a statement does not say which file of a release it is about', {
      wanted: 'a name, or a predicate type',
      found: 'both',
      next: 'verify the file by its own signature to have its name checked: leave out --predicate-type',
    });
  }
  if (subject.kind === 'file') {
    return assertLocalFile(subject.path, archive === undefined ? 'once' : 'again');
  }
  if (archive === undefined) return;
  throw new RequestError('usage', 'a digest alone cannot be opened', {
    wanted: 'an archive',
    found: 'its digest',
    next: 'name the file itself',
  });
}

/** For messages. */
export function nameOf({ subject }: VerifyRequest): string {
  switch (subject.kind) {
    case 'file':
      return subject.path;
    case 'bytes':
      return 'the given bytes';
    case 'digest':
      return `sha256:${subject.sha256}`;
  }
}

/**
 * Proves a local file, bytes in memory or a digest by local evidence, and opens the archive if the request asks for that.
 *
 * @throws K8sVerifyError; nothing is staged then.
 */
export async function prepareLocal(
  request: VerifyRequest,
  client: Client,
  policy: Policy,
  trust: RunTrust,
  logMemory: RunLogMemory,
): Promise<PreparedArtifact> {
  const read = await proveLocal({ request, client, policy, trust });
  const { proof, sha256, measured } = read;
  try {
    await logMemory.compare(proof);
    reportChecks(client.report, nameOf(request), proof);
    const had = { file: 'of the file', bytes: 'of the bytes', digest: 'as given' }[request.subject.kind];
    const run = { client, policy, trust, what: nameOf(request) };
    const named = await nameProven(request, run, proof, read);
    const outputs = [{ sha256, had, ...named, ...(await openArchive(request, proof.proven, measured)) }];
    const bundlePath = request.saveBundlePath;
    return { artifact: undefined, proof, source: undefined, bundlePath, outputs };
  } finally {
    await measured?.opened.close();
  }
}

interface LocalRun {
  readonly request: VerifyRequest;
  readonly client: Client;
  readonly policy: Policy;
  readonly trust: RunTrust;
}

interface ProvedLocal extends ReadSubject {
  readonly proof: ProvenArtifact;
}

/**
 * Proves by the evidence that the request names, and by no other; or by what is next to the file, and else by what an
 * earlier run kept for its digest. If none proves it, the answer is that of the first.
 */
async function proveLocal(run: LocalRun): Promise<ProvedLocal> {
  const { request } = run;
  try {
    return await proveBy(await findEvidence(request), run);
  } catch (error) {
    const { evidence, subject } = request;
    if (evidence.kind !== 'beside' || subject.kind !== 'file') throw error;
    if (!(error instanceof K8sVerifyError) || error instanceof InterruptedError) throw error;
    const kept = await proveByKept(subject.path, run);
    if (kept === undefined) throw error;
    const isNone = error instanceof RequestError;
    const notes = isNone ? [] : [evidenceNotUsed(`the evidence next to ${subject.path}`, error.message)];
    return { ...kept, proof: { ...kept.proof, notes: [...notes, ...kept.proof.notes] } };
  }
}

/** @returns undefined if nothing that was kept for the file's digest proves it. */
async function proveByKept(path: string, run: LocalRun): Promise<ProvedLocal | undefined> {
  // A pipe can be read only once.
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return undefined;
  const hashed = await measureFile(path, ['sha256'], run.request.signal);
  let proved: ProvedLocal | undefined;
  let isFirst = true;
  try {
    const { proof } = await proveFromKept(
      run.client.data,
      hashed.digests.get('sha256') ?? '',
      async (kept) => {
        const reusable = isFirst ? hashed : undefined;
        isFirst = false;
        proved = await proveBy({ kind: 'bundle', ...kept }, run, reusable);
        return proved.proof;
      },
    );
    return proof === undefined || proved === undefined ? undefined : { ...proved, proof };
  } finally {
    if (proved?.measured !== hashed) await hashed.opened.close();
  }
}

/**
 * @param hashed the file, if it was hashed already (SHA-256). It is the one in the result, or closed, if that was enough.
 * @returns the file is open; the caller closes it.
 */
async function proveBy(
  evidence: localEvidence.LocalEvidence,
  { request, client, policy, trust }: LocalRun,
  hashed?: MeasuredFile,
): Promise<ProvedLocal> {
  const read = await readSubject(request, evidence, policy, hashed);
  const log = { http: client.http, ...logOf(request), signal: request.signal };
  const prove = async (material: TrustMaterial): Promise<ProvenArtifact> =>
    proveSubject(
      { log, policy, trust: material, clock: client.clock },
      evidence,
      read.subject,
      nameOf(request),
    );
  // A pair is completed by the log, so that this run uses the network.
  if (evidence.kind === 'detached') trust.begin();
  try {
    return { ...read, proof: await proveWith(trust, prove) };
  } catch (error) {
    await read.measured?.opened.close();
    const own = request.evidence.kind === 'beside' ? ofAnotherFile(error, evidence) : error;
    throw nameFile(withOrigin(own, request, evidence), nameOf(request));
  }
}

/** A statement does not say the file's name. */
async function nameProven(
  { subject, as, demanded, signal, ...request }: VerifyRequest,
  run: {
    readonly client: Client;
    readonly policy: Policy;
    readonly trust: RunTrust;
    readonly what: string;
  },
  { proven }: ProvenArtifact,
  { sha256, measured }: ReadSubject,
): Promise<LocalName> {
  if (demanded !== undefined && demanded.sha256 !== sha256) throw notTheDemanded(run.what, demanded, sha256);
  if (proven.claim.kind !== 'genuine') return {};
  const file = measured === undefined ? undefined : confirmMeasured(measured, proven);
  const bytes = file ?? (subject.kind === 'bytes' ? inMemory(subject.bytes) : undefined);
  const local = { what: run.what, sha256, bytes, file };
  const isAsked = as !== undefined && demanded === undefined;
  const manifestOf = isAsked ? () => askManifest({ ...as, sha256 }, request, run, signal) : undefined;
  const sources = { demanded: demanded?.by, manifestOf };
  const named =
    as === undefined
      ? await nameLocal(local, signal)
      : { name: await assertAsked(as, local, sources, signal) };
  if (subject.kind === 'bytes') assertUnchanged(subject.bytes, proven);
  // A pipe has no size, says no name, and cannot be read again.
  if (measured !== undefined && measured.file.size > 0n) await confirmUnwritten(measured, proven, signal);
  return named;
}

function notTheDemanded(
  what: string,
  { sha256, by }: NonNullable<VerifyRequest['demanded']>,
  found: string,
): UntrustedError {
  const named = by === 'lockfile' ? 'that the lockfile names' : 'that was asked for by its digest';
  return new UntrustedError('digest-mismatch', `${what} is not the file ${named}`, {
    check: 'digest',
    wanted: `sha256:${sha256}`,
    found: `sha256:${found}, which is properly signed`,
    next: 'do not use it; find out where the two digests come from',
  });
}

/**
 * The release manifest of a version, signed by who must have signed the subject: the one that was kept where it lists the
 * subject under the name that is asked for, so that this needs no network, or else that of the sources.
 */
async function askManifest(
  asked: AskedName & { readonly sha256: string },
  network: NetworkRequest,
  { client, policy, trust }: { readonly client: Client; readonly policy: Policy; readonly trust: RunTrust },
  signal: AbortSignal | undefined,
): Promise<ManifestAnswer> {
  const { manifestInTime, shareManifests } = await import('./release-manifest.ts');
  const ended = new AbortController();
  const either = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);
  const sources = sourcesOf(network, client.http);
  const context = { network, sources, client, trust, signal: either };
  const { version } = asked;
  try {
    const kept = await keptManifest(version, policy, context);
    if (kept !== undefined && isListedAs(asked, kept)) return kept;
    trust.begin();
    const wait = { version, signal: either, kept: () => Promise.resolve(kept) };
    return await manifestInTime(shareManifests(context)(version, policy), wait);
  } finally {
    ended.abort();
  }
}

/** The caller may write to the bytes while we ask the log. The name would then belong to other bytes than the proof. */
function assertUnchanged(bytes: Uint8Array, { algorithm, hex }: Digest): void {
  const found = digestOf(bytes, algorithm).hex;
  if (found !== hex) throw writtenTo('the given bytes', { algorithm, hex }, found);
}

async function proveSubject(
  context: ProofContext,
  evidence: localEvidence.LocalEvidence,
  subject: ProofSubject,
  what: string,
): Promise<ProvenArtifact> {
  const { location } = evidence;
  if (evidence.kind === 'bundle') {
    const proven = proveFromEvidence(context, evidence.evidence, subject);
    const { trust } = context;
    return { proven, trust, bundle: evidence.bytes, origin: { kind: 'bundle', location }, notes: [] };
  }
  if (subject.kind !== 'digest') throw new TypeError('a detached pair is over a digest');
  assertMessageWanted(context.policy);
  const digest = fittingDigest(evidence.material, [subject.digest, ...(subject.also ?? [])]);
  return proveFromPair(context, { material: evidence.material, digest, what, location });
}

/** A refusal says which evidence it is by, where that is a file. */
function withOrigin(
  error: unknown,
  { evidence }: VerifyRequest,
  { location }: localEvidence.LocalEvidence,
): unknown {
  const isInMemory = evidence.kind === 'bundle-in-memory' || evidence.kind === 'detached-in-memory';
  if (isInMemory || !(error instanceof UntrustedError) || error.from !== undefined) return error;
  return error.with({ from: location });
}

/** The user did not name that evidence. It may be left from an earlier install, and the file was replaced since. */
function ofAnotherFile(error: unknown, { kind, location }: localEvidence.LocalEvidence): unknown {
  const [misfit, words] =
    kind === 'bundle'
      ? (['digest-mismatch', 'is of another file'] as const)
      : (['signature-mismatch', 'does not fit it'] as const);
  if (!(error instanceof UntrustedError) || error.code !== misfit) return error;
  return error.with({
    message: `${location}, found next to the file, ${words}`,
    next:
      'do not use the file unless its own evidence proves it: install it again with --save-bundle, or name that ' +
      'evidence with --bundle, or --signature and --certificate',
    cause: error,
  });
}

async function findEvidence({ subject, evidence }: VerifyRequest): Promise<localEvidence.LocalEvidence> {
  switch (evidence.kind) {
    case 'bundle':
      return localEvidence.readBundleFile(evidence.path);
    case 'detached':
      return localEvidence.readDetachedPair(evidence.signaturePath, evidence.certificatePath);
    case 'bundle-in-memory':
      return localEvidence.readGivenBundle(evidence.bytes);
    case 'detached-in-memory':
      return localEvidence.readGivenPair(evidence.signature, evidence.certificate);
    case 'beside':
      if (subject.kind === 'file') return localEvidence.findEvidenceBeside(subject.path);
      throw new RequestError('usage', 'without a file there is no place to look for evidence', {
        wanted: 'a bundle, or a signature and a certificate',
        found: 'neither',
        next: 'name them: --bundle FILE, or --signature FILE --certificate FILE',
      });
  }
}

interface ReadSubject {
  readonly subject: ProofSubject;
  /** Of the artifact, hex, whatever the evidence is over. */
  readonly sha256: string;
  /** The open file, where its digest is what is proved; to be closed. */
  readonly measured?: MeasuredFile;
}

/** Reads the file once, with the algorithm that the evidence is over; only Ed25519 needs all of it at once. */
async function readSubject(
  { subject, signal }: VerifyRequest,
  evidence: localEvidence.LocalEvidence,
  policy: Policy,
  hashed?: MeasuredFile,
): Promise<ReadSubject> {
  if (subject.kind === 'digest') {
    const { sha256 } = subject;
    return { subject: { kind: 'digest', digest: { algorithm: 'sha256', hex: sha256 } }, sha256 };
  }
  const required = requiredOf(evidence, policy);
  if (required.kind === 'message') {
    // A copy, because the caller may write to the bytes while we ask the log.
    const message =
      subject.kind === 'bytes' ? Uint8Array.from(subject.bytes) : await readWholeFile(subject.path);
    return { subject: { kind: 'message', message }, sha256: digestOf(message, 'sha256').hex };
  }
  const { algorithm, also = [] } = required;
  const describe = (digestBy: (name: HashAlgorithm) => Digest): ReadSubject => ({
    subject: { kind: 'digest', digest: digestBy(algorithm), also: also.map(digestBy) },
    sha256: digestBy('sha256').hex,
  });
  if (subject.kind === 'bytes') return describe((name) => digestOf(subject.bytes, name));
  const algorithms = [...new Set([algorithm, ...also, 'sha256'] as const)];
  const isHashed = hashed !== undefined && algorithms.every((name) => hashed.digests.has(name));
  const measured = isHashed ? hashed : await measureFile(subject.path, algorithms, signal);
  const read = describe((name) => ({ algorithm: name, hex: measured.digests.get(name) ?? '' }));
  return { ...read, measured };
}

function requiredOf(evidence: localEvidence.LocalEvidence, policy: Policy): RequiredSubject {
  if (evidence.kind === 'bundle') return requiredSubject(evidence.evidence, policy);
  const [algorithm = 'sha256', ...also] = detachedHashes(evidence.material);
  return { kind: 'digest', algorithm, also };
}
