/** Artifacts that are a proven tarball, or files out of one. */
import { basename, dirname } from 'node:path';
import { inspectDestination } from '../disk/inspect-destination.ts';
import { findInstalled } from '../disk/installed.ts';
import { openStaging } from '../disk/staging.ts';
import type { VerifiedArtifact } from '../disk/verified-artifact.ts';
import { MAX_ARTIFACT_BYTES } from '../limits.ts';
import type { ClaimedName } from '../names/claimed-name.ts';
import type { Becomes, PlannedArtifact, PlannedMember } from '../plan/plan.ts';
import type { ReleaseArtifact } from '../release/artifact.ts';
import { archiveName, readerOf } from './archive-name.ts';
import type { RunContext } from './download.ts';
import {
  assertDemanded,
  confirmPlanned,
  manifestFor,
  provePlanned,
  withDownload,
} from './fetch-and-prove.ts';
import { type ArtifactName, assertClaimed, assertName, isListed } from './name.ts';
import type { Output, PreparedArtifact } from './prepared-artifact.ts';
import { previousVersion } from './previous-version.ts';
import type { RunManifest } from './run-manifest.ts';

/** Downloads and proves a tarball, and only then unpacks it next to the directory that it is to become. */
export async function prepareDirectory(
  plan: PlannedArtifact,
  { destination, members }: Extract<Becomes, { readonly kind: 'directory' }>,
  context: RunContext,
): Promise<PreparedArtifact> {
  const { inspectExtractionTarget } = await import('../archive/staging-directory.ts');
  await inspectExtractionTarget(destination);
  return withProvedTarball(plan, destination, context, async (tarball, named) => {
    context.client.report({ kind: 'detail', message: `unpacking ${plan.label} into ${destination}` });
    const { stageExtraction } = await import('../archive/extract.ts');
    const { artifact, signal } = named;
    const reader = isListed(named.name) ? undefined : readerOf(artifact);
    const { look } = reader ?? {};
    const extraction = await stageExtraction(tarball, { into: destination, members, look, signal });
    try {
      const name = reader === undefined ? named.name : assertClaimed(artifact, reader.name(), named, plan);
      const { sha256, bytes } = tarball;
      const had = `${bytes} bytes of tarball downloaded, and the same again as it was unpacked`;
      return [{ kind: 'extracted', extraction, sha256, had, name }];
    } catch (error) {
      await extraction.staging.discard();
      throw error;
    }
  });
}

/** Downloads and proves a tarball, and only then takes files out of it, each next to its own destination. */
export async function prepareMembers(
  plan: PlannedArtifact,
  files: readonly [PlannedMember, ...PlannedMember[]],
  context: RunContext,
): Promise<PreparedArtifact> {
  for (const { destination } of files) await inspectDestination(destination);
  return withProvedTarball(plan, files[0].destination, context, async (tarball, named) => {
    context.client.report({ kind: 'detail', message: `taking the binaries out of ${plan.label}` });
    const requests = files.map(({ destination, member }) => {
      const [directory, fileName] = [dirname(destination), basename(destination)];
      return { member: member.path, staged: openStaging({ directory, fileName, signal: named.signal }) };
    });
    try {
      const { stageMembers } = await import('../archive/extract.ts');
      const verified = await stageMembers(tarball, requests, { signal: named.signal });
      const read = archiveName(named.artifact, tarball, dirname(files[0].destination), named.signal);
      let claimed: Promise<ClaimedName | undefined> | undefined;
      const opened = { ...named, saidBy: () => (claimed ??= read?.() ?? Promise.resolve(undefined)) };
      return await Promise.all(
        files.map(async (file, index) => prepareMember(file, verified[index], opened)),
      );
    } catch (error) {
      await Promise.all(requests.map(({ staged }) => staged.discard()));
      throw error;
    }
  });
}

async function prepareMember(
  file: PlannedMember,
  verified: VerifiedArtifact | undefined,
  { artifact, sha256: listed, manifest, name: tarballName, signal, saidBy }: OpenedTarball,
): Promise<Output> {
  const { destination, executable, label, member } = file;
  if (verified === undefined) throw new TypeError(`${label} was not taken out of its tarball`);
  const { sha256 } = verified;
  const tarball = artifact.fileName;
  assertDemanded(file, sha256, `out of ${tarball}, which is properly signed`);
  const kind = executable ? 'binary' : 'image';
  const wanted = { ...artifact, component: member.component, kind } as const;
  const named = { sha256: listed, manifest, from: tarball };
  // An image is what the tarball around it is, which the programs next to it say.
  const name =
    kind === 'image' && !isListed(tarballName)
      ? assertClaimed(artifact, await saidBy(), named, file)
      : await assertName(wanted, { ...named, file: verified }, file);
  const had = `${tarball}, which the file is out of`;
  const proven = { algorithm: 'sha256', hex: sha256 } as const;
  const installed = { destination, proven, executable, maxBytes: verified.bytes };
  const there = await findInstalled(installed, signal);
  if (there.kind !== 'fit') {
    const unfit = there.kind === 'unfit' ? there.why : undefined;
    const replaces = there.kind === 'unfit' || there.kind === 'other';
    const maxBytes = MAX_ARTIFACT_BYTES[kind];
    const previous =
      there.kind === 'other' ? await previousVersion(destination, member.component, maxBytes) : undefined;
    return { kind: 'installed', file, verified, replaces, previous, unfit, sha256, had, name };
  }
  await verified.staged.discard();
  return { kind: 'already-installed', file, installed, sha256, had, name };
}

/** A proven tarball, and what binds its name. */
interface NamedTarball {
  readonly artifact: ReleaseArtifact;
  readonly sha256: string;
  readonly manifest: RunManifest;
  readonly from: string | undefined;
  readonly name: ArtifactName;
}

interface OpenedTarball extends NamedTarball {
  readonly signal: AbortSignal;
  /** What its programs say that it is; they are read once, and only where that is asked for. */
  readonly saidBy: () => Promise<ClaimedName | undefined>;
}

/** The tarball stays staged while `open` needs it. It is not opened if the release manifest says that it is another file. */
async function withProvedTarball(
  plan: PlannedArtifact,
  destination: string,
  context: RunContext,
  open: (
    tarball: VerifiedArtifact,
    named: NamedTarball & { readonly signal: AbortSignal },
  ) => Promise<readonly Output[]>,
): Promise<PreparedArtifact> {
  const { artifact } = plan;
  return withDownload(plan, destination, context, async (download) => {
    void download.begin().catch(() => undefined);
    const { proof, verified, source } = await confirmPlanned(download, await provePlanned(download));
    const { sha256 } = verified;
    const manifest = await manifestFor(download);
    // What is in it may still say its name, once it is opened.
    const demand = { ...plan, nameRequired: false };
    const named = { sha256, manifest, from: source };
    const name = assertClaimed(artifact, undefined, named, demand);
    const { signal } = download.context;
    const outputs = await open(verified, { artifact, ...named, name, signal });
    await download.discard();
    return { artifact, proof, source, bundlePath: undefined, outputs };
  });
}
