/** The files of a lock: itself, and the evidence next to it. */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { isAbsent } from '../disk/disk-error.ts';
import { HeldDirectory } from '../disk/held-directory.ts';
import { readUpTo } from '../files/local-file.ts';
import { InstallError } from '../errors.ts';
import { MAX_LOCKFILE_BYTES, MAX_MANIFEST_BYTES } from '../limits.ts';
import {
  bundleName,
  CHECKPOINTS_FILE,
  encodeCheckpoints,
  evidenceDirectoryOf,
  manifestName,
} from '../lockfile/lock-evidence.ts';
import type { Lock } from '../lockfile/lock.ts';
import type { TreeHead } from '../proof/tree-head.ts';
import { formatReleaseVersion } from '../release/version.ts';
import { equalBytes } from '../strict/bytes.ts';
import { checkpointKeyOf } from './log-memory.ts';
import type { ProvenFile } from './prove-released.ts';
import type { ProvenArtifact } from './prove-with-log.ts';

export interface NewFile {
  /** Absolute. */
  readonly destination: string;
  readonly bytes: Uint8Array;
}

/** The evidence of everything that was proved: bundles by digest, release manifests with theirs, the newest checkpoints. */
export function evidenceFiles(lockfile: string, proven: readonly ProvenFile[]): readonly NewFile[] {
  const directory = evidenceDirectoryOf(lockfile);
  const files = new Map<string, Uint8Array>();
  const proofs: ProvenArtifact[] = [];
  for (const { proof, sha256, manifest } of proven) {
    proofs.push(proof);
    if (proof.listedIn === undefined) files.set(bundleName(sha256), proof.bundle);
    if (manifest.kind !== 'proved') continue;
    proofs.push(manifest.proof);
    files.set(manifestName(formatReleaseVersion(manifest.manifest.version)), manifest.bytes);
    files.set(bundleName(manifest.sha256), manifest.proof.bundle);
  }
  files.set(CHECKPOINTS_FILE, encodeCheckpoints(newestHeads(proofs)));
  return Array.from(files, ([name, bytes]) => ({ destination: join(directory, name), bytes }));
}

function newestHeads(proofs: readonly ProvenArtifact[]): ReadonlyMap<string, string> {
  const newest = new Map<string, TreeHead>();
  for (const head of proofs.flatMap(({ proven }) => proven.treeHeads)) {
    const key = checkpointKeyOf(head);
    const other = newest.get(key);
    if (other === undefined || other.size < head.size) newest.set(key, head);
  }
  return new Map(Array.from(newest, ([key, { checkpoint }]) => [key, checkpoint]));
}

/**
 * Writes what is not there yet, all of it or nothing, each file with one rename; no link is followed.
 *
 * @param before the bytes of the lockfile as they were read; undefined if there was none.
 * @throws InstallError; every file is as it was then. `place-failed` if another run wrote the lockfile meanwhile.
 */
export async function writeLockFiles(
  lockfile: NewFile,
  evidence: readonly NewFile[],
  before: Uint8Array | undefined,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const changed: NewFile[] = [];
  for (const file of [...evidence, lockfile]) if (!(await isThere(file))) changed.push(file);
  await assertUntouched(lockfile.destination, before);
  if (changed.length === 0) return [];
  const { placeAll } = await import('../disk/place.ts');
  await placeAll([], { sideFiles: changed, signal });
  return changed.map(({ destination }) => destination);
}

/** A link to the same bytes is not the file. */
async function isThere({ destination, bytes }: NewFile): Promise<boolean> {
  const found = await lstat(destination).catch(() => undefined);
  if (found?.isFile() !== true || found.size !== bytes.length) return false;
  const there = await readUpTo(destination, bytes.length, 'found').catch(() => undefined);
  return there !== undefined && equalBytes(there, bytes);
}

async function assertUntouched(path: string, before: Uint8Array | undefined): Promise<void> {
  let now: Uint8Array | undefined;
  try {
    now = await readUpTo(path, MAX_LOCKFILE_BYTES, 'found');
  } catch (error) {
    // What is no file is told when it is to be written.
    if (!isAbsent(error)) return;
  }
  const isSame = now === undefined || before === undefined ? now === before : equalBytes(now, before);
  if (isSame) return;
  throw new InstallError('place-failed', `${path} was changed while it was being locked`, {
    wanted: 'the lockfile as it was when this run began',
    found: now === undefined ? 'no file' : 'another one',
    why: 'another run, or an editor, has written it; its change would be lost',
    next: 'run it again',
  });
}

/**
 * Removes the evidence of what an earlier lock had and the new one has not. Only names that the earlier lock itself gives,
 * and only regular files; what cannot be removed stays, and does no harm.
 */
export async function removeOldEvidence(lockfile: string, before: Lock, now: Lock): Promise<void> {
  const kept = namesOf(now);
  const old = [...namesOf(before)].filter((name) => !kept.has(name));
  if (old.length === 0) return;
  const held = await HeldDirectory.open(evidenceDirectoryOf(lockfile)).catch(() => undefined);
  if (held === undefined) return;
  try {
    for (const name of old) {
      const found = await held.find(name).catch(() => undefined);
      if (found?.isFile() === true) await removeOne(held, name);
    }
  } finally {
    await held.close();
  }
}

async function removeOne(held: HeldDirectory, name: string): Promise<void> {
  if (name.endsWith('.spdx')) await removeBundleOf(held, name);
  await held.unlink(name).catch(() => undefined);
}

/** The bundle of a manifest is found by the digest of the manifest. */
async function removeBundleOf(held: HeldDirectory, name: string): Promise<void> {
  const { digestOf } = await import('../strict/digest.ts');
  const bytes = await readUpTo(join(held.path, name), MAX_MANIFEST_BYTES, 'found').catch(() => undefined);
  if (bytes === undefined) return;
  await held.unlink(bundleName(digestOf(bytes, 'sha256').hex)).catch(() => undefined);
}

function namesOf({ artifacts }: Lock): ReadonlySet<string> {
  return new Set(artifacts.flatMap(({ sha256, version }) => [bundleName(sha256), manifestName(version)]));
}
