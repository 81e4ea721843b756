import { setImmediate } from 'node:timers/promises';
import { TWO_DIGESTS, UntrustedError } from '../errors.ts';
import type { VerifiedArtifact } from '../disk/verified-artifact.ts';
import type { PlannedArtifact } from '../plan/plan.ts';
import { fetchSideFiles } from '../source/side-files.ts';
import { Download, type RunContext } from './download.ts';
import type { KeptProof } from './kept-evidence.ts';
import type { Note } from '../notes.ts';
import { nameFile } from './name-failure.ts';
import { manifestInTime } from './release-manifest.ts';
import type { RunManifest } from './run-manifest.ts';
import { proofContext } from './proof-context.ts';
import type { ProvenArtifact } from './prove-with-log.ts';
import { reportChecks } from './report.ts';
import { proveWith } from './run-trust.ts';

/**
 * Runs `prepare` with a download that is staged next to the destination. If that fails, its signal is aborted and the
 * staged bytes are removed; otherwise they belong to the caller.
 */
export async function withDownload<Result>(
  plan: PlannedArtifact,
  destination: string,
  context: RunContext,
  prepare: (download: Download) => Promise<Result>,
): Promise<Result> {
  const abort = new AbortController();
  const signal = AbortSignal.any([context.signal, abort.signal]);
  const download = new Download(plan, destination, { ...context, signal });
  try {
    return await prepare(download);
  } catch (error) {
    abort.abort();
    await download.discard();
    throw error;
  }
}

/**
 * Proves the digest of an artifact and reports each check. Its download may already be running. If the request demands
 * a digest, compares the two.
 */
export async function provePlanned(download: Download): Promise<ProvenArtifact> {
  const { plan, context } = download;
  const { sources, client, signal } = context;
  const { http, report } = client;
  const { artifact, label } = plan;
  const files = { report, sources, path: artifact.path, what: label, signal };
  const prove = async (): Promise<ProvenArtifact> => {
    const known = await knownDemanded(download);
    if (known?.proof !== undefined) return known.proof;
    const sideFiles = fetchSideFiles(files);
    // After them, so that the bytes and the evidence go first, on the connections that these have opened.
    sideFiles.then(async () => context.manifestOf(artifact.version, plan.policy)).catch(() => undefined);
    // The servers have something to do now: a good moment to load the proof's code and the trusted root.
    await http.underWay();
    const { proveArtifact } = await import('./prove.ts');
    if (sources.some(({ isLocal }) => !isLocal)) context.trust.begin();
    return proveWith(context.trust, async (trust) => {
      // Loading takes tens of milliseconds in one go: what has arrived meanwhile makes room for more.
      await setImmediate();
      const proofOf = proofContext(context, plan.policy, trust);
      const listed = { artifact, policy: plan.policy, manifest: async () => manifestFor(download) };
      const kept = async (sha256: string): Promise<KeptProof> =>
        (await import('./kept-evidence.ts')).proveKept(sha256, plan.policy, context);
      return withNotes(
        await proveArtifact({ ...proofOf, files, bytes: download, listed, kept }, sideFiles),
        known?.notes ?? [],
      );
    });
  };
  const proof = await download.orFailure(prove()).catch((error: unknown) => {
    throw nameFile(error, label);
  });
  await context.logMemory.compare(proof);
  reportChecks(report, label, proof);
  // The demanded digest is a SHA-256. If another digest was proved, the comparison has to wait for the bytes.
  const { algorithm, hex } = proof.proven;
  if (algorithm === 'sha256') assertIsDemanded(plan, hex);
  return proof;
}

/** Where a digest is demanded, what was kept for it may prove it without a request. */
async function knownDemanded({ plan, context }: Download): Promise<KeptProof | undefined> {
  const { demanded } = plan;
  if (demanded === undefined) return undefined;
  return (await import('./prove-demanded.ts')).proveDemanded(plan, demanded, context);
}

function withNotes(proof: ProvenArtifact, notes: readonly Note[]): ProvenArtifact {
  return notes.length === 0 ? proof : { ...proof, notes: [...proof.notes, ...notes] };
}

/**
 * The file is properly signed, but it is not the one that the request demands.
 *
 * @param standing what the found digest is, for the message.
 * @throws UntrustedError `digest-mismatch`
 */
export function assertDemanded(
  { label, demanded }: Pick<PlannedArtifact, 'label' | 'demanded'>,
  found: string,
  standing: string,
): void {
  if (demanded === undefined || demanded === found) return;
  throw new UntrustedError('digest-mismatch', `${label} is not the file that was asked for by its digest`, {
    check: 'digest',
    wanted: `sha256:${demanded}`,
    found: `sha256:${found}, ${standing}`,
    why: 'a signature does not say which version it is for: a mirror can serve another release under this name',
    next: `${TWO_DIGESTS}; the release server may have been changed, or the lockfile`,
    subject: { sha256: found },
  });
}

/** The artifact itself, by its SHA-256, is the one that the request demands. */
export function assertIsDemanded(plan: Pick<PlannedArtifact, 'label' | 'demanded'>, sha256: string): void {
  assertDemanded(plan, sha256, 'which is properly signed');
}

/**
 * Waits for the bytes, compares them with the proven digest, and compares that digest with the release's records.
 *
 * @throws UntrustedError `digest-mismatch`; UnavailableError
 */
export async function confirmPlanned(
  download: Download,
  proof: ProvenArtifact,
): Promise<{
  readonly proof: ProvenArtifact;
  readonly verified: VerifiedArtifact;
  readonly source: string;
}> {
  // Both at once: if the records cannot be fetched, the download ends too.
  const [{ verified, source, digests }] = await Promise.all([
    download.confirm(proof.proven),
    download.records,
  ]);
  assertIsDemanded(download.plan, verified.sha256);
  return { proof: await crossChecked(download, proof, digests), verified, source };
}

/** Waits for the release manifest, after everything else has arrived. Gives the manifest, or the reason there is none. */
export async function manifestFor({ plan, context }: Download): Promise<RunManifest> {
  const { artifact, policy } = plan;
  const { version } = artifact;
  const kept = async (): Promise<RunManifest | undefined> =>
    (await import('./kept-manifest.ts')).keptManifest(version, policy, context);
  const wait = { version, signal: context.signal, kept };
  return manifestInTime(context.manifestOf(version, policy), wait);
}

/** Compares digests of the proven bytes with the release's records, if the request asks for that. */
export async function crossChecked(
  { plan, context, records }: Download,
  proof: ProvenArtifact,
  { sha256, sha512 }: { readonly sha256: string; readonly sha512?: string | undefined },
): Promise<ProvenArtifact> {
  if (records === undefined || sha512 === undefined) return proof;
  const { crossCheckArtifact } = await import('./compare-records.ts');
  const { artifact, label } = plan;
  const ofRun = await records;
  const request = { artifact, label, sha256, sha512, records: ofRun };
  return {
    ...proof,
    notes: [...proof.notes, ...ofRun.notes],
    crossChecks: crossCheckArtifact(
      request,
      proofContext(context, plan.policy, await context.trust.current()),
    ),
  };
}
