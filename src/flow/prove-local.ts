import { existsSync, statSync } from 'node:fs';
import { measureFile } from '../disk/verified-artifact.ts';
import {
  InterruptedError,
  K8sVerifyError,
  NotAllowedError,
  RequestError,
  UnavailableError,
  UntrustedError,
} from '../errors.ts';
import { evidenceNotUsed } from '../evidence/evidence-store.ts';
import * as localEvidence from '../evidence/local-evidence.ts';
import type { Note } from '../notes.ts';
import type { VerifyRequest } from '../plan/request.ts';
import { MANIFEST_NAME } from '../release/artifact.ts';
import { digestOf } from '../strict/digest.ts';
import { worstOf } from '../verdict.ts';
import { proveFromKept } from './kept-evidence.ts';
import { nameDigest } from './name-failure.ts';
import { type LocalRun, proveBy, type ProvedLocal } from './prove-by.ts';
import type { HashedSubject } from './unaided-subject.ts';

/**
 * Proves by the evidence that the request names, and by no other. Where it names none: by what is next to the file, else
 * by what an earlier run kept for its digest. Only if there is no evidence next to the file, what is published and the log
 * are asked.
 */
export async function proveLocal(run: LocalRun): Promise<ProvedLocal> {
  const { evidence, subject } = run.request;
  if (evidence.kind !== 'beside') return proveBy(await namedEvidence(evidence), run);
  if (subject.kind !== 'file') return proveUnnamed(run, undefined);
  try {
    return await proveBeside(subject, run);
  } catch (error) {
    if (!(error instanceof K8sVerifyError) || error instanceof InterruptedError) throw error;
    return proveUnnamed(run, error);
  }
}

async function proveBeside(
  { path, held }: Extract<VerifyRequest['subject'], { readonly kind: 'file' }>,
  run: LocalRun,
): Promise<ProvedLocal> {
  const evidence = await localEvidence.findEvidenceBeside(path, held?.openNear);
  try {
    return await proveBy(evidence, run);
  } catch (error) {
    throw ofAnotherFile(error, evidence);
  }
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

/**
 * @param nearby why the evidence next to the file does not prove it: a RequestError where there is none, or it cannot be
 *   read. Undefined where there is no such place.
 */
async function proveUnnamed(run: LocalRun, nearby: K8sVerifyError | undefined): Promise<ProvedLocal> {
  const { subject, signal } = run.request;
  const isFound = nearby !== undefined && !(nearby instanceof RequestError);
  const isPipe =
    subject.kind === 'file' &&
    subject.held === undefined &&
    statSync(subject.path, { throwIfNoEntry: false })?.isFile() !== true;
  // A pipe can be read only once.
  if (isFound && isPipe) throw nearby;
  const hashed = await hashSubject(subject, signal);
  let proved: ProvedLocal | undefined;
  try {
    const saved = isPipe || isFound ? undefined : await proveBySaved(run, hashed);
    const kept = saved ?? (isPipe ? undefined : await proveByKept(run, hashed));
    if (kept?.kind === 'proved') {
      proved = isFound ? withNote(kept.proved, besideNote(run, nearby)) : kept.proved;
    } else if (isFound && (run.asksOn !== true || nearby instanceof NotAllowedError))
      throw nameDigest(nearby, { algorithm: 'sha256', hex: hashed.sha256 });
    else {
      const { forbidden, unknownKey } = kept ?? {};
      const found = await unaided(run, hashed, { nearby, forbidden, unknownKey });
      proved = isFound ? withNote(found, besideNote(run, nearby)) : found;
    }
    return proved;
  } finally {
    if (proved?.measured !== hashed.file) await hashed.file?.opened.close();
  }
}

/** By the release manifest next to the file, which is saved in the place of a bundle where that proves it. */
async function proveBySaved(run: LocalRun, hashed: HashedSubject): Promise<KeptAnswer | undefined> {
  const { subject, predicateTypes } = run.request;
  // By a path that might lead elsewhere, nothing is opened.
  if (subject.kind !== 'file' || subject.held !== undefined || predicateTypes !== undefined) return undefined;
  if (!existsSync(`${subject.path}.${MANIFEST_NAME}`)) return undefined;
  const { orNone, proveBySavedManifest } = await import('./prove-by-listing.ts');
  const proved = await orNone(proveBySavedManifest(subject.path, run, hashed));
  return proved === undefined ? undefined : { kind: 'proved', proved };
}

async function hashSubject(
  subject: VerifyRequest['subject'],
  signal: AbortSignal | undefined,
): Promise<HashedSubject> {
  switch (subject.kind) {
    case 'digest':
      return { sha256: subject.sha256, file: undefined };
    case 'bytes':
      return { sha256: digestOf(subject.bytes, 'sha256').hex, file: undefined };
    case 'file': {
      const file = await measureFile(subject.path, ['sha256'], signal, subject.held);
      return { sha256: file.digests.get('sha256') ?? '', file };
    }
  }
}

/**
 * What is said if nothing proves it is the worst of what was learnt: that nothing else could be asked, or found, makes no
 * refusal of its own evidence better.
 *
 * @param why the evidence next to the file does not prove it, and what was kept does not.
 */
async function unaided(
  run: LocalRun,
  hashed: HashedSubject,
  why: { readonly nearby: K8sVerifyError | undefined } & Omit<NotProved, 'kind'>,
): Promise<ProvedLocal> {
  const { proveUnaided } = await import('./prove-unaided.ts');
  try {
    return await proveUnaided(run, hashed, why.nearby);
  } catch (error) {
    if (!(error instanceof K8sVerifyError) || error instanceof InterruptedError) throw error;
    // Evidence over the file itself, or over the name that it claims, is the better answer.
    if (!(error instanceof UnavailableError) && error.code !== 'signature-not-published') throw error;
    const reasons = [
      ...(why.nearby === undefined || why.nearby instanceof RequestError ? [] : [why.nearby]),
      // That there is no evidence here would not be true, and a newer trusted root helps.
      ...(why.unknownKey === undefined || error.code !== 'offline' ? [] : [why.unknownKey]),
      error,
    ].map((one) => ({ error: one.with({ subject: error.subject }) }));
    // It is proved, which is more than any of them.
    throw why.forbidden ?? worstOf(reasons)?.error ?? error;
  }
}

type KeptAnswer = { readonly kind: 'proved'; readonly proved: ProvedLocal } | NotProved;

interface NotProved {
  readonly kind: 'not-proved';
  /** What was kept for the digest proves it, and the policy file forbids it. */
  readonly forbidden: NotAllowedError | undefined;
  /** What was kept for the digest may be by a key that is newer than the trusted root. */
  readonly unknownKey: UnavailableError | undefined;
}

async function proveByKept(run: LocalRun, { sha256, file }: HashedSubject): Promise<KeptAnswer> {
  let proved: ProvedLocal | undefined;
  let forbidden: NotAllowedError | undefined;
  let unknownKey: UnavailableError | undefined;
  const { proof } = await proveFromKept(run.client.data, sha256, async (kept) => {
    try {
      proved = await proveBy({ kind: 'bundle', ...kept }, run, file);
    } catch (error) {
      if (error instanceof NotAllowedError) forbidden = error;
      if (error instanceof UnavailableError && error.code === 'authority-unknown') unknownKey = error;
      throw error;
    }
    return proved.proof;
  });
  if (proof === undefined || proved === undefined) return { kind: 'not-proved', forbidden, unknownKey };
  return { kind: 'proved', proved: { ...proved, proof } };
}

function besideNote({ request: { subject } }: LocalRun, { message }: K8sVerifyError): Note {
  const path = subject.kind === 'file' ? subject.path : '';
  return evidenceNotUsed(`the evidence next to ${path}`, message);
}

function withNote(proved: ProvedLocal, one: Note): ProvedLocal {
  return { ...proved, proof: { ...proved.proof, notes: [one, ...proved.proof.notes] } };
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
