/**
 * What is tried where no evidence is at hand: the release manifest that was kept, what is published under the name that
 * the file claims, and the log by its digest. The claim is only a place to look at: whatever it says, the file is proved by
 * evidence over its own digest, or not at all.
 */
import { isOffline } from '../http/offline.ts';
import { isOutage, type K8sVerifyError, NotAllowedError, RequestError, UnavailableError } from '../errors.ts';
import { saidParts } from '../names/builders.ts';
import type { ClaimedName } from '../names/claimed-name.ts';
import { filesOf } from '../plan/asked-name.ts';
import { sourcesOf } from '../plan/request.ts';
import type { ReleaseArtifact } from '../release/artifact.ts';
import { isSigned } from '../release/signer.ts';
import { nameFile } from './name-failure.ts';
import { proofContext } from './proof-context.ts';
import type { LocalRun, ProvedLocal } from './prove-by.ts';
import { orNone, proveByAnyKeptManifest } from './prove-by-listing.ts';
import { type PublishedAnswer, proveAsPublished, proveByKeptManifest } from './prove-as-published.ts';
import { proveFromSearch, type SearchFailed } from './prove-with-log.ts';
import { shareManifests } from './release-manifest.ts';
import { proveWith } from './run-trust.ts';
import { describeUnaided, type HashedSubject, type UnaidedSubject } from './unaided-subject.ts';
import * as unproved from './unproved.ts';

/**
 * @param nearby why the evidence next to the file was not used, if there is such a place.
 * @throws UntrustedError `digest-mismatch` where another digest is proved for the name that the file claims;
 *   `signature-not-published`; or as evidence over its digest is refused. UnavailableError `other-builder`,
 *   `evidence-not-found`, or the reason why something could not be asked. Each has its `subject`.
 */
export async function proveUnaided(
  run: LocalRun,
  hashed: HashedSubject,
  nearby: K8sVerifyError | undefined,
): Promise<ProvedLocal> {
  const subject = await describeUnaided(run.request, hashed);
  try {
    const proved = await find(run, subject, nearby);
    return { ...proved, ...(subject.bytes === undefined ? {} : { said: { name: subject.said } }) };
  } catch (error) {
    throw unproved.withSubject(nameFile(error, subject.what), {
      sha256: subject.sha256,
      ...saidParts(subject.said),
    });
  }
}

async function find(
  run: LocalRun,
  subject: UnaidedSubject,
  nearby: K8sVerifyError | undefined,
): Promise<ProvedLocal> {
  const { request } = run;
  const { said, isKubernetes } = subject;
  // What is published, and what the log is searched for, are certificates over the file itself.
  if (request.publicKeyPem !== undefined || request.predicateTypes !== undefined)
    throw run.client.http.isOffline
      ? unproved.offline(subject, nearby)
      : unproved.notFound(subject, { nearby, asked: [] });
  if (isKubernetes && said?.markedVersion !== undefined)
    throw unproved.byAnother(subject, said.markedVersion);
  if (isKubernetes && said?.version !== undefined && !isSigned(said.version))
    throw unproved.beforeSigning(subject, said.version);
  const listed = await orNone(proveByAnyKeptManifest(run, subject));
  if (listed !== undefined) return listed;
  const published = await askPublished(run, subject);
  if (published?.kind === 'proved') return published.proved;
  // What a file says of itself settles it. A name that was only asked for may be that of another genuine file.
  if (published?.kind === 'other' && said !== undefined) throw published.error;
  const search = await searchLog(run, subject);
  if (search.kind === 'proved') return search.proved;
  if (published?.kind === 'other') throw published.error;
  const refusal = published?.error;
  if (refusal !== undefined && !isOffline(refusal)) throw refusal;
  if (search.failed.cause instanceof NotAllowedError) throw search.failed.cause;
  if (run.client.http.isOffline) throw unproved.offline(subject, nearby);
  if (isOutage(search.failed.cause)) throw search.failed.cause;
  const inLog =
    search.failed.cause === undefined ? 'the log has no signing of its digest' : search.failed.found;
  const asked = [...(published === undefined ? [] : [published.found]), inLog];
  throw unproved.notFound(subject, { nearby, asked });
}

/** @returns undefined where nothing says which file of a release it could be. */
async function askPublished(run: LocalRun, subject: UnaidedSubject): Promise<PublishedAnswer | undefined> {
  const artifact = placeOf(run, subject.said);
  const { request, client, trust } = run;
  const signal = request.signal ?? new AbortController().signal;
  const network = { network: request, sources: sourcesOf(request, client.http), client, trust, signal };
  const context = { ...network, manifestOf: run.manifestOf ?? shareManifests(network) };
  if (artifact === undefined) {
    const { proveByIndex } = await import('./prove-by-index.ts');
    return proveByIndex(run, subject, context);
  }
  const kept = await proveByKeptManifest(run, subject, artifact, context);
  return kept ?? proveAsPublished(run, subject, artifact, context);
}

/** The place in a release of what the subject claims to be, or of what it must be. */
function placeOf({ request }: LocalRun, said: ClaimedName | undefined): ReleaseArtifact | undefined {
  const { component, version, platform } = said ?? request.as ?? {};
  if (component === undefined || version === undefined) return undefined;
  try {
    const [file, ...others] = filesOf({ component, version, platform });
    return others.length === 0 ? file : undefined;
  } catch (error) {
    // The table lacks it, so that there is no place to ask.
    if (error instanceof RequestError) return undefined;
    throw error;
  }
}

type SearchAnswer =
  | { readonly kind: 'proved'; readonly proved: ProvedLocal }
  | { readonly kind: 'failed'; readonly failed: SearchFailed };

/** Any signing of the digest that passes every check. The index is best effort: silence says nothing. */
async function searchLog(run: LocalRun, { sha256, file }: UnaidedSubject): Promise<SearchAnswer> {
  const { request, client, policy, trust } = run;
  const digest = { algorithm: 'sha256', hex: sha256 } as const;
  const reason = 'it was found in the log by its digest';
  const context = { network: request, client, signal: request.signal };
  trust.begin();
  const found = await proveWith(trust, async (inHand) => {
    const answer = await proveFromSearch(proofContext(context, policy, inHand), digest, reason);
    const cause = answer.kind === 'proved' ? undefined : answer.cause;
    // A newer trusted root may know what this one does not.
    if (cause instanceof UnavailableError && cause.code === 'authority-unknown') throw cause;
    return answer;
  });
  if (found.kind !== 'proved') return { kind: 'failed', failed: found };
  const proof = { ...found.proof, notes: [] };
  const measured = file === undefined ? {} : { measured: file };
  return {
    kind: 'proved',
    proved: { subject: { kind: 'digest', digest }, sha256, ...measured, proof },
  };
}
