import { basename } from 'node:path';
import { inMemory } from '../binary/byte-source.ts';
import type { Client } from '../client.ts';
import { assertLocalFile } from '../disk/hash-file.ts';
import { writtenTo } from '../disk/not-verified.ts';
import { confirmMeasured, confirmUnwritten } from '../disk/verified-artifact.ts';
import { RequestError, TWO_DIGESTS, UntrustedError } from '../errors.ts';
import type { ManifestAnswer } from '../names/bind-name.ts';
import { componentOfFileName } from '../names/file-name.ts';
import { note } from '../notes.ts';
import type { AskedName } from '../plan/asked-name.ts';
import { type NetworkRequest, sourcesOf, type VerifyRequest } from '../plan/request.ts';
import type { Policy } from '../policy/policy.ts';
import { type Digest, digestOf } from '../strict/digest.ts';
import { keptManifest } from './kept-manifest.ts';
import { assertAsked, isListedAs, type LocalName, nameLocal } from './local-name.ts';
import { nameDigest } from './name-failure.ts';
import { openArchive } from './open-archive.ts';
import type { PreparedArtifact } from './prepared-artifact.ts';
import type { LocalRun, ProvedLocal } from './prove-by.ts';
import { proveLocal } from './prove-local.ts';
import { nameOf } from './read-subject.ts';
import { reportChecks } from './report.ts';
import type { RunLogMemory } from './run-log-memory.ts';
import type { RunTrust } from './run-trust.ts';

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
  shared: Pick<LocalRun, 'asksOn' | 'manifestOf'> = {},
): Promise<PreparedArtifact> {
  const read = await proveLocal({ request, client, policy, trust, ...shared });
  const { proof, sha256, measured } = read;
  try {
    await logMemory.compare(proof);
    reportChecks(client.report, nameOf(request), proof);
    const had = { file: 'of the file', bytes: 'of the bytes', digest: 'as given' }[request.subject.kind];
    const named = await nameProven({ request, client, policy, trust }, read);
    const outputs = [{ sha256, had, ...named, ...(await openArchive(request, proof.proven, measured)) }];
    const bundlePath = request.saveBundlePath;
    return { artifact: undefined, proof, source: undefined, bundlePath, outputs };
  } catch (error) {
    throw nameDigest(error, { algorithm: 'sha256', hex: sha256 });
  } finally {
    await measured?.opened.close();
  }
}

/** A statement does not say the file's name. */
async function nameProven(run: LocalRun, read: ProvedLocal): Promise<LocalName> {
  const { subject, as, demanded, signal, ...request } = run.request;
  const { sha256, measured, said, proof } = read;
  const { proven } = proof;
  const what = nameOf(run.request);
  if (demanded !== undefined && demanded.sha256 !== sha256) throw notTheDemanded(what, demanded, sha256);
  if (proven.claim.kind !== 'genuine') return {};
  const file = measured === undefined ? undefined : confirmMeasured(measured, proven);
  const bytes = file ?? (subject.kind === 'bytes' ? inMemory(subject.bytes) : undefined);
  const local = { what, sha256, bytes, file, said };
  const isAsked = as !== undefined && demanded === undefined;
  const manifestOf = isAsked ? () => askManifest({ ...as, sha256 }, request, run, signal) : undefined;
  const sources = { demanded: demanded?.by, manifestOf, isOffline: run.client.http.isOffline };
  const named =
    as === undefined
      ? withFileName(subject, await nameAnyhow(await nameLocal(local, signal), run, read))
      : { name: await assertAsked(as, local, sources, signal) };
  if (subject.kind === 'bytes') assertUnchanged(subject.bytes, proven);
  // A pipe has no size, says no name, and cannot be read again.
  if (measured !== undefined && measured.file.size > 0n) await confirmUnwritten(measured, proven, signal);
  return named;
}

/** Where nothing in the file binds its name, a manifest that lists it may. */
async function nameAnyhow(named: LocalName, run: LocalRun, read: ProvedLocal): Promise<LocalName> {
  if (named.name?.by.length !== 0) return named;
  const { nameByDigest } = await import('./name-by-digest.ts');
  return nameByDigest(named, run, read);
}

/** A file that says it is one component and has the name of another: worth a look, and no failure. */
function withFileName(subject: VerifyRequest['subject'], named: LocalName): LocalName {
  const { name } = named;
  const component = name?.claimed?.component;
  if (subject.kind !== 'file' || name === undefined || component === undefined) return named;
  const said = componentOfFileName(basename(subject.path));
  if (said === undefined || said === component) return named;
  const text = `${subject.path} is ${component}, and its name says ${said}`;
  return { ...named, name: { ...name, notes: [...name.notes, note('file-name-says-other', text)] } };
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
    next: TWO_DIGESTS,
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
