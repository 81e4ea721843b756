/**
 * Audits a release: proves everything in it that is signed by digest, with few requests, and compares what the release says
 * of itself. A file that fails ends no other.
 */
import type { Client } from '../client.ts';
import { RequestError, UnavailableError } from '../errors.ts';
import { LogBatches } from '../evidence/log-batches.ts';
import { Pace } from '../evidence/pace.ts';
import { isOffline } from '../http/offline.ts';
import { withFetchSmall } from '../http/with-fetch-small.ts';
import { MAX_LOG_REQUESTS_AT_ONCE, MAX_LOG_REQUESTS_PER_SECOND, MAX_PARALLEL_SIGNATURES } from '../limits.ts';
import type { Note } from '../notes.ts';
import type { AuditPlan } from '../plan/plan-audit.ts';
import type { AuditRequest } from '../plan/audit-request.ts';
import { logOf, sourcesOf } from '../plan/request.ts';
import { formatReleaseVersion } from '../release/version.ts';
import { type AuditContext, type AuditedFile, auditFile, isNameOf } from './audit-file.ts';
import { measureAll } from './audit-deep.ts';
import { compareLists } from './audit-lists.ts';
import { fetchLists, type Records } from './audit-records.ts';
import type { Comparison } from '../release-result.ts';
import { rememberNames } from './remember-names.ts';
import { shareManifests } from './release-manifest.ts';
import { reportExpectedSigners } from './report.ts';
import { openLogMemory } from './run-log-memory.ts';
import type { RunManifest } from './run-manifest.ts';
import type { RunTrust } from './run-trust.ts';
import { sideBySide } from './side-by-side.ts';

export interface AuditedRelease {
  /** In the order of the plan. */
  readonly files: readonly AuditedFile[];
  readonly manifest: RunManifest;
  readonly compared: readonly Comparison[];
  readonly notes: readonly Note[];
}

/**
 * @throws K8sVerifyError that is about the run: the trusted root, the log's own history; RequestError `release-not-found`
 *   where the publisher has no record of such a release.
 */
export async function auditRelease(
  plan: AuditPlan,
  request: AuditRequest,
  given: Client,
  trust: RunTrust,
): Promise<AuditedRelease> {
  const notes: Note[] = [];
  const client = quietly(atAPace(given, request));
  const [first] = plan.files;
  if (first === undefined) throw new TypeError('nothing is to be audited');
  const release = formatReleaseVersion(plan.version);
  reportExpectedSigners(given.report, `Kubernetes ${release}`, first.policy);
  const kept = new Set(await client.data.list('evidence'));
  const context = { ...contextOf(request, client, trust, notes), kept };
  const records = fetchLists(plan, context);
  const manifest = await context.manifestOf(plan.version, first.policy);
  await assertIsThere(plan, manifest, await records, context);
  const judged = await judgeAll(plan, context);
  const files = request.deep === true ? await measureAll(judged, context) : judged;
  const compared = await compareLists(files, plan, { manifest, records: await records }, context);
  await noteForgotten(plan, request, context);
  notes.push(...(await context.logMemory.finish()));
  return { files, manifest, compared, notes };
}

function contextOf(
  request: AuditRequest,
  client: Client,
  trust: RunTrust,
  notes: Note[],
): Omit<AuditContext, 'kept'> {
  const signal = request.signal ?? new AbortController().signal;
  const run = { network: request, client, sources: sourcesOf(request, client.http), trust, signal };
  return {
    ...run,
    manifestOf: shareManifests(run),
    signatures: new Pace({ atOnce: MAX_PARALLEL_SIGNATURES }),
    logMemory: openLogMemory(request, client),
    forget: request.forgetNames ?? [],
    note: (one) => notes.push(one),
  };
}

/** Every file at once; the pace is that of the signatures, and of the log. */
async function judgeAll(plan: AuditPlan, context: AuditContext): Promise<readonly AuditedFile[]> {
  const { network, client, signal } = context;
  const batches = new LogBatches({ http: client.http, ...logOf(network), signal });
  const seated = plan.files.map((file) => ({ file, seat: batches.takeSeat() }));
  return sideBySide(seated, seated.length, signal, ({ file, seat }, until) =>
    auditFile(file, seat, { ...context, signal: until }),
  );
}

/** What is told of one file is in its result. */
function quietly(client: Client): Client {
  return {
    ...client,
    report: (event) => {
      if (event.kind !== 'note' && event.kind !== 'check') client.report(event);
    },
  };
}

/** Everything that the run asks of the log goes at the pace that the log bears. */
function atAPace(client: Client, request: AuditRequest): Client {
  const { http } = client;
  const { url } = logOf(request);
  const pace = new Pace({ atOnce: MAX_LOG_REQUESTS_AT_ONCE, perSecond: MAX_LOG_REQUESTS_PER_SECOND });
  const fetchSmall: typeof http.fetchSmall = async (asked) =>
    asked.url.startsWith(`${url}/api/`)
      ? pace.run(async () => http.fetchSmall(asked))
      : http.fetchSmall(asked);
  return { ...client, http: withFetchSmall(http, fetchSmall) };
}

/** A release has a manifest and lists. Where there is none of them, its files need not be asked for one by one. */
async function assertIsThere(
  plan: AuditPlan,
  manifest: RunManifest,
  records: Records,
  context: AuditContext,
): Promise<void> {
  const { version } = plan;
  const { sources } = context;
  const answers = Object.values(records);
  const failed = answers.find((one) => one.kind === 'not-fetched');
  if (manifest.kind === 'proved' || answers.some(({ kind }) => kind === 'found')) return;
  // An outage: the files will say the same, each on its own.
  if (failed !== undefined && !isOffline(failed.error)) return;
  if (failed !== undefined) throw failed.error.with(await whatIsMissing(plan, context));
  // It is there and not proved, as under a policy that forbids it, or could not be fetched: each file has its own verdict.
  if (manifest.isAbsent !== true) return;
  const release = formatReleaseVersion(version);
  const details = {
    wanted: `kubernetes-release.spdx, SHA256SUMS, SHA512SUMS or provenance.json of ${release}`,
    found: 'none of them',
    from: sources.map(({ shown }) => `${shown}/release/${release}`).join(', '),
  };
  if (sources.some(({ isPublisher }) => isPublisher)) {
    throw new RequestError('release-not-found', `there is no release ${release}`, {
      ...details,
      next: 'check the version; a new release can take hours to reach every region',
    });
  }
  throw new UnavailableError('mirror-incomplete', `the mirror has nothing of ${release}`, {
    ...details,
    next: `fill the mirror: k8s-verify mirror COMPONENT ${release} --to DIR`,
  });
}

/** Without a connection everything rests on a kept manifest. */
async function whatIsMissing(
  { version, files: [first] }: AuditPlan,
  context: AuditContext,
): Promise<{ readonly message: string; readonly why?: string }> {
  const release = formatReleaseVersion(version);
  const { whyKeptManifestFails } = await import('./kept-manifest.ts');
  const why = first && (await whyKeptManifestFails(version, first.policy, context));
  if (why === undefined) return { message: `nothing of ${release} is on this machine` };
  return { message: `the kept manifest of ${release} is not proved`, why };
}

/** Names that are to be forgotten and are none of this audit's. */
async function noteForgotten(
  { files }: AuditPlan,
  { forgetNames = [] }: AuditRequest,
  { client, note }: AuditContext,
): Promise<void> {
  const others = forgetNames.filter((name) => files.every(({ artifact }) => !isNameOf(name, artifact)));
  for (const one of await rememberNames([], client, others)) note(one);
}
