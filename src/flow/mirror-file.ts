/** One proven file on its way into a mirror: the bytes with that digest, and all that stands next to it. */
import { dirname } from 'node:path';
import type { Client } from '../client.ts';
import { DATA_MODE, placeAll } from '../disk/place.ts';
import { openStaging } from '../disk/staging.ts';
import { confirmDigest } from '../disk/verified-artifact.ts';
import { UntrustedError } from '../errors.ts';
import { detachedFiles } from '../evidence/detached-files.ts';
import { MAX_ARTIFACT_BYTES } from '../limits.ts';
import type { MirroredFile } from '../mirror/index-file.ts';
import type { SideSuffix } from '../mirror/layout.ts';
import type { MirrorTree } from '../mirror/tree.ts';
import { formatPlatform } from '../release/platform.ts';
import { formatReleaseVersion } from '../release/version.ts';
import { fetchBytes } from '../source/fetch-bytes.ts';
import type { ReleaseSource } from '../source/release-source.ts';
import { fetchSideFiles } from '../source/side-files.ts';
import { digestOf } from '../strict/digest.ts';
import { notWhatWasSigned } from './download.ts';
import type { ProvenFile } from './prove-released.ts';

export interface MirrorRun {
  readonly client: Client;
  readonly tree: MirrorTree;
  readonly sources: readonly ReleaseSource[];
  readonly evidenceOnly: boolean;
  readonly signal: AbortSignal;
}

/** A path in the mirror, and whether this run has written it. */
export interface LaidPath {
  readonly path: string;
  readonly outcome: 'added' | 'kept';
}

export interface LaidFile {
  readonly file: MirroredFile;
  /** The file itself; with its evidence alone, the bundle. */
  readonly itself: LaidPath;
  /** Absent if the release manifest proves the file, and not a bundle of its own. */
  readonly bundle?: LaidPath;
  /** Bytes that this run has written. */
  readonly written: number;
}

/** @param before what the index says of it. */
export async function layOutFile(
  proven: ProvenFile,
  before: MirroredFile | undefined,
  run: MirrorRun,
): Promise<LaidFile> {
  const { tree } = run;
  const { path } = proven.artifact;
  const bytes = await bytesOf(proven, run);
  const laid = new Map<SideSuffix, boolean>();
  let written = bytes?.isNew === true ? bytes.bytes : 0;
  for (const [suffix, content] of await sideFilesOf(proven, bytes?.sha512, run)) {
    const isNew = await tree.write(`${path}${suffix}`, content);
    laid.set(suffix, isNew);
    if (isNew) written += content.length;
  }
  const bundle = laidPath(`${path}.sigstore.json`, laid.get('.sigstore.json'));
  const itself = bytes === undefined ? undefined : laidPath(path, bytes.isNew);
  const sideFiles = [...new Set([...laid.keys(), ...(before?.sideFiles ?? [])])].toSorted();
  return {
    file: { ...describe(proven, bytes?.bytes ?? before?.bytes), sideFiles },
    itself: itself ?? bundle ?? { path, outcome: 'kept' },
    ...(bundle === undefined ? {} : { bundle }),
    written,
  };
}

function laidPath(path: string, isNew: boolean | undefined): LaidPath | undefined {
  return isNew === undefined ? undefined : { path, outcome: isNew ? 'added' : 'kept' };
}

function describe(
  { artifact, sha256, proof }: ProvenFile,
  bytes: number | undefined,
): Omit<MirroredFile, 'sideFiles'> {
  const { path, component, version, platform } = artifact;
  const { signedAt } = proof.proven;
  return {
    path,
    component,
    version: formatReleaseVersion(version),
    ...(platform === undefined ? {} : { platform: formatPlatform(platform) }),
    sha256,
    ...(bytes === undefined ? {} : { bytes }),
    ...(signedAt === undefined ? {} : { signedAt: signedAt.toISOString() }),
  };
}

interface FileBytes {
  readonly bytes: number;
  readonly sha512: string;
  readonly isNew: boolean;
}

/** The manifest is fetched already; with the evidence alone, nothing else is. */
async function bytesOf(proven: ProvenFile, run: MirrorRun): Promise<FileBytes | undefined> {
  const { artifact, manifest, sha256 } = proven;
  if (manifest.kind === 'proved' && manifest.sha256 === sha256) {
    const isNew = await run.tree.write(artifact.path, manifest.bytes);
    return { bytes: manifest.bytes.length, sha512: digestOf(manifest.bytes, 'sha512').hex, isNew };
  }
  if (run.evidenceOnly) return undefined;
  const there = await run.tree.find(artifact.path, MAX_ARTIFACT_BYTES[artifact.kind], run.signal);
  if (there?.sha256 === sha256) return { ...there, isNew: false };
  return { ...(await fetchInto(proven, run)), isNew: true };
}

/** @throws UntrustedError `digest-mismatch` if the sources have other bytes. */
async function fetchInto(
  { artifact, label, proof: { proven } }: ProvenFile,
  { client, tree, sources, signal }: MirrorRun,
): Promise<Omit<FileBytes, 'isNew'>> {
  const { path, kind, fileName } = artifact;
  const destination = tree.at(path);
  const staged = openStaging({
    directory: dirname(destination),
    fileName,
    alsoHash: ['sha512'],
    hold: () => tree.hold(path),
    signal,
  });
  try {
    const onProgress = (received: number, total: number | undefined): void => {
      const told = total === undefined ? {} : { total };
      client.report({ kind: 'download', artifact: label, received, ...told });
    };
    const request = {
      path,
      sink: staged,
      maxBytes: MAX_ARTIFACT_BYTES[kind],
      what: label,
      signal,
      onProgress,
    };
    let outcome = await fetchBytes(sources, request, client.report);
    if ((await staged.finish()).sha256 !== proven.hex) {
      // A cache on the way may have another copy, or parts of two.
      await staged.reset();
      client.report({ kind: 'resume', artifact: label, offset: 0 });
      outcome = await fetchBytes(sources, { ...request, bypassCache: true }, client.report);
    }
    const { sha512 = '' } = await staged.finish();
    const artifactFile = await confirmDigest(staged, proven).catch((error: unknown) => {
      throw error instanceof UntrustedError ? notWhatWasSigned(error, label, proven, outcome.url) : error;
    });
    await placeAll([{ artifact: artifactFile, destination, mode: DATA_MODE }], { signal });
    return { bytes: artifactFile.bytes, sha512 };
  } finally {
    await staged.discard();
  }
}

/** What Kubernetes has next to a file, made of what is proved: a mirror that is asked by other tools never contradicts itself. */
async function sideFilesOf(
  proven: ProvenFile,
  sha512: string | undefined,
  run: MirrorRun,
): Promise<ReadonlyMap<SideSuffix, Uint8Array>> {
  const files = new Map<SideSuffix, Uint8Array>([['.sha256', Buffer.from(proven.sha256)]]);
  if (sha512 !== undefined) files.set('.sha512', Buffer.from(sha512));
  const { bundle, listedIn } = proven.proof;
  if (listedIn !== undefined) return withPublished(files, proven, run);
  files.set('.sigstore.json', bundle);
  const pair = detachedFiles(bundle);
  if (pair === undefined) return files;
  return files.set('.sig', pair.signature).set('.cert', pair.certificate);
}

/** Where upstream mixed up the pair, the manifest proves the file, and the pair is kept as it is published. */
async function withPublished(
  files: Map<SideSuffix, Uint8Array>,
  { artifact, label }: ProvenFile,
  { client, sources, signal }: MirrorRun,
): Promise<ReadonlyMap<SideSuffix, Uint8Array>> {
  const request = { report: client.report, sources, path: artifact.path, what: label, signal };
  const { signature, certificate } = await fetchSideFiles(request);
  if (signature !== undefined) files.set('.sig', signature);
  if (certificate !== undefined) files.set('.cert', certificate);
  return files;
}
