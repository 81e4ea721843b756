import { statSync } from 'node:fs';
import type { Client } from '../client.ts';
import { measureFile, type MeasuredFile } from '../disk/verified-artifact.ts';
import {
  InterruptedError,
  K8sVerifyError,
  RequestError,
  UnavailableError,
  UntrustedError,
} from '../errors.ts';
import { evidenceNotUsed } from '../evidence/evidence-store.ts';
import * as localEvidence from '../evidence/local-evidence.ts';
import type { VerifyRequest } from '../plan/request.ts';
import type { Policy } from '../policy/policy.ts';
import { assertMessageWanted } from '../proof/check-claim.ts';
import { fittingDigest } from '../proof/check-detached-signature.ts';
import type { ProofSubject } from '../proof/proof.ts';
import { digestOf } from '../strict/digest.ts';
import type { TrustMaterial } from '../trust/trust-material.ts';
import { proveFromKept } from './kept-evidence.ts';
import { nameFile } from './name-failure.ts';
import { proofContext } from './proof-context.ts';
import {
  type ProofContext,
  proveFromEvidence,
  proveFromPair,
  type ProvenArtifact,
} from './prove-with-log.ts';
import { nameOf, type ReadSubject, readSubject } from './read-subject.ts';
import { proveWith, type RunTrust } from './run-trust.ts';

interface LocalRun {
  readonly request: VerifyRequest;
  readonly client: Client;
  readonly policy: Policy;
  readonly trust: RunTrust;
}

export interface ProvedLocal extends ReadSubject {
  readonly proof: ProvenArtifact;
}

/**
 * Proves by the evidence that the request names, and by no other; or by what is next to the file, and else by what an
 * earlier run kept for its digest. If none proves it, the answer is that of the first.
 */
export async function proveLocal(run: LocalRun): Promise<ProvedLocal> {
  const { request } = run;
  if (request.evidence.kind !== 'beside') return proveBy(await namedEvidence(request.evidence), run);
  try {
    return await proveBy(await evidenceBeside(request), run);
  } catch (error) {
    if (!(error instanceof K8sVerifyError) || error instanceof InterruptedError) throw error;
    const { proved, sha256 } = await proveByKept(run);
    const isNone = error instanceof RequestError;
    if (proved === undefined) {
      throw isNone && run.client.http.isOffline ? noneHere(nameOf(request), sha256, error) : error;
    }
    const notes = isNone ? [] : [evidenceNotUsed(`the evidence next to ${nameOf(request)}`, error.message)];
    return { ...proved, proof: { ...proved.proof, notes: [...notes, ...proved.proof.notes] } };
  }
}

/** With a network it could be looked for. */
function noneHere(what: string, sha256: string | undefined, cause: RequestError): UnavailableError {
  return new UnavailableError('offline', `there is no evidence for ${what} on this machine`, {
    wanted: sha256 === undefined ? 'evidence for it' : `evidence for sha256:${sha256}`,
    found: 'none next to the file, and none that an earlier run kept',
    next: 'make the same run with a network, or name the evidence with --bundle',
    cause,
  });
}

interface KeptLocal {
  /** Undefined if nothing that was kept for the subject's digest proves it. */
  readonly proved: ProvedLocal | undefined;
  /** Undefined of what can be read only once. */
  readonly sha256: string | undefined;
}

async function proveByKept(run: LocalRun): Promise<KeptLocal> {
  const { subject, signal } = run.request;
  if (subject.kind === 'digest') return proveByKeptFor(subject.sha256, run);
  if (subject.kind === 'bytes') return proveByKeptFor(digestOf(subject.bytes, 'sha256').hex, run);
  // A pipe can be read only once.
  if (!statSync(subject.path, { throwIfNoEntry: false })?.isFile())
    return { proved: undefined, sha256: undefined };
  const hashed = await measureFile(subject.path, ['sha256'], signal);
  let proved: ProvedLocal | undefined;
  try {
    const kept = await proveByKeptFor(hashed.digests.get('sha256') ?? '', run, hashed);
    proved = kept.proved;
    return kept;
  } finally {
    if (proved?.measured !== hashed) await hashed.opened.close();
  }
}

/** @param hashed the file, if it is one; the first attempt takes it. */
async function proveByKeptFor(sha256: string, run: LocalRun, hashed?: MeasuredFile): Promise<KeptLocal> {
  let reusable = hashed;
  let proved: ProvedLocal | undefined;
  const { proof } = await proveFromKept(run.client.data, sha256, async (kept) => {
    const first = reusable;
    reusable = undefined;
    proved = await proveBy({ kind: 'bundle', ...kept }, run, first);
    return proved.proof;
  });
  return { proved: proof === undefined || proved === undefined ? undefined : { ...proved, proof }, sha256 };
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
  const run = { network: request, client, signal: request.signal };
  const prove = async (material: TrustMaterial): Promise<ProvenArtifact> =>
    proveSubject(proofContext(run, policy, material), evidence, read.subject, nameOf(request));
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

type Named = Exclude<VerifyRequest['evidence'], { readonly kind: 'beside' }>;

async function namedEvidence(evidence: Named): Promise<localEvidence.LocalEvidence> {
  switch (evidence.kind) {
    case 'bundle':
      return localEvidence.readBundleFile(evidence.path);
    case 'detached':
      return localEvidence.readDetachedPair(evidence.signaturePath, evidence.certificatePath);
    case 'bundle-in-memory':
      return localEvidence.readGivenBundle(evidence.bytes);
    case 'detached-in-memory':
      return localEvidence.readGivenPair(evidence.signature, evidence.certificate);
  }
}

async function evidenceBeside(request: VerifyRequest): Promise<localEvidence.LocalEvidence> {
  const { subject } = request;
  if (subject.kind === 'file') return localEvidence.findEvidenceBeside(subject.path);
  throw new RequestError('file-not-readable', `there is no evidence for ${nameOf(request)}`, {
    wanted: 'a bundle, or a signature and a certificate',
    found: 'none that is named, and none that an earlier run kept',
    next: 'name them: --bundle FILE, or --signature FILE --certificate FILE',
  });
}
