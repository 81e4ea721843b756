/**
 * The metadata of a TUF repository, verified from one root on (TUF specification 1.0, section 5). tuf-js makes every
 * check: signatures and their threshold, versions, expiry, lengths and hashes. This module walks from file to file and
 * knows no network and no disk.
 */
import { BadVersionError, EqualVersionError } from 'tuf-js/dist/error.js';
import { TrustedMetadataStore } from 'tuf-js/dist/store.js';
import {
  MAX_TUF_ROOT_BYTES,
  MAX_TUF_ROOT_ROTATIONS,
  MAX_TUF_SNAPSHOT_BYTES,
  MAX_TUF_TARGETS_BYTES,
  MAX_TUF_TIMESTAMP_BYTES,
} from '../limits.ts';
import { metadataBytes } from './tuf-bytes.ts';

/** The files of a repository, byte for byte. */
export interface TufFiles {
  /** The roots after the one that a walk begins with, in the order of their versions. */
  readonly roots: readonly Uint8Array[];
  readonly timestamp: Uint8Array;
  readonly snapshot: Uint8Array;
  readonly targets: Uint8Array;
}

/** Gets a metadata file by its name; undefined if the repository says that it has none (403 or 404). */
export type FetchMetadata = (name: string, maxBytes: number) => Promise<Uint8Array | undefined>;

/** A target as the verified metadata describes it. */
export interface TargetInfo {
  readonly name: string;
  readonly length: number;
  /** Digests in hex, by algorithm. */
  readonly hashes: Readonly<Record<string, string>>;
}

/** Versions of metadata that are known to have been published. Nothing is known of a role without one. */
export interface TufVersions {
  readonly timestamp?: number;
  readonly snapshot?: number;
  readonly targets?: number;
}

/** What a walk through a repository begins with. */
export interface MetadataWalk {
  /** The first root; it may have expired. */
  readonly anchor: Uint8Array;
  /** What an earlier run kept. It is verified from `anchor` again before it counts. */
  readonly kept?: TufFiles | undefined;
  /** Older versions than these are refused, as long as the repository signs with the keys of `anchor`. */
  readonly published?: TufVersions | undefined;
  /** Compared with the time until which each file is good. */
  readonly now: Date;
}

/** Metadata that passed every check. */
export interface VerifiedMetadata {
  readonly files: TufFiles;
  /** The newest root, and its version. */
  readonly root: Uint8Array;
  readonly rootVersion: number;
  readonly rootExpires: Date;
  /** What a record of what was published says. */
  readonly versions: Required<TufVersions>;
  /** What the targets role itself signs for; delegated roles do not count. */
  target(name: string): TargetInfo | undefined;
}

/** The repository lacks a file that its own metadata names. */
export class MissingMetadata extends Error {
  override readonly name = 'MissingMetadata';
  readonly file: string;

  constructor(file: string) {
    super(`${file} not found`);
    this.file = file;
  }
}

/**
 * Asks the repository for newer metadata. Kept files and published versions protect against a repository that goes back
 * to an older version. If nothing changed, this takes two requests.
 *
 * @throws what `fetch` throws; {@link MissingMetadata}; an error of tuf-js if metadata is refused.
 */
export async function refreshMetadata(
  { anchor, kept, published = {}, now }: MetadataWalk,
  fetch: FetchMetadata,
): Promise<VerifiedMetadata> {
  const store = openStore(anchor, now);
  const before = onlineKeys(store);
  const roots = followRoots(store, kept?.roots ?? []);
  await fetchRoots(store, roots, fetch);
  // Keys are also rotated to undo versions that an attacker made too high (TUF specification, section 5.3.11).
  const oldest = onlineKeys(store) === before ? published : {};
  const timestamp = await refreshTimestamp(store, kept?.timestamp, fetch);
  const { signed } = present(store.timestamp, 'timestamp');
  assertNotOlder('timestamp', signed.version, oldest);
  assertNotOlder('snapshot', signed.snapshotMeta.version, oldest);
  const snapshot = await refreshSnapshot(store, kept?.snapshot, fetch);
  assertNotOlder('targets', targetsMeta(store).version, oldest);
  const targets = await refreshTargets(store, kept?.targets, fetch);
  return verified(store, anchor, { roots, timestamp, snapshot, targets });
}

/**
 * Verifies kept files anew, without a repository.
 *
 * @param checkedAt when they were the newest; nothing may have expired then.
 * @throws an error of tuf-js if anything does not verify.
 */
export function verifyKept(anchor: Uint8Array, kept: TufFiles, checkedAt: Date): VerifiedMetadata {
  const store = openStore(anchor, checkedAt);
  for (const root of kept.roots) store.updateRoot(metadataBytes(root));
  store.updateTimestamp(metadataBytes(kept.timestamp));
  store.updateSnapshot(metadataBytes(kept.snapshot));
  store.updateDelegatedTargets(metadataBytes(kept.targets), 'targets', 'root');
  return verified(store, anchor, kept);
}

/** tuf-js takes the time from the system; ours may be another one, in tests and for what is kept. */
function openStore(anchor: Uint8Array, now: Date): TrustedMetadataStore {
  const store = new TrustedMetadataStore(metadataBytes(anchor));
  if (!Reflect.has(store, 'referenceTime')) throw new TypeError('this tuf-js takes its time elsewhere');
  Reflect.set(store, 'referenceTime', now);
  return store;
}

/** The kept roots up to the first that does not verify: a damaged file costs requests, and nothing else. */
function followRoots(store: TrustedMetadataStore, kept: readonly Uint8Array[]): Uint8Array[] {
  const roots: Uint8Array[] = [];
  for (const root of kept) {
    if (!succeeds(() => store.updateRoot(metadataBytes(root)))) break;
    roots.push(root);
  }
  return roots;
}

async function fetchRoots(
  store: TrustedMetadataStore,
  roots: Uint8Array[],
  fetch: FetchMetadata,
): Promise<void> {
  while (roots.length < MAX_TUF_ROOT_ROTATIONS) {
    const next = await fetch(`${store.root.signed.version + 1}.root.json`, MAX_TUF_ROOT_BYTES);
    if (next === undefined) return;
    store.updateRoot(metadataBytes(next));
    roots.push(next);
  }
  throw new Error(`more than ${MAX_TUF_ROOT_ROTATIONS} versions of the root`);
}

/** The kept timestamp may have expired. It still says which versions were seen, so its failure is ignored. */
async function refreshTimestamp(
  store: TrustedMetadataStore,
  kept: Uint8Array | undefined,
  fetch: FetchMetadata,
): Promise<Uint8Array> {
  if (kept !== undefined) succeeds(() => store.updateTimestamp(metadataBytes(kept)));
  const name = 'timestamp.json';
  const newest = await fetch(name, MAX_TUF_TIMESTAMP_BYTES);
  if (newest === undefined) throw new MissingMetadata(name);
  try {
    store.updateTimestamp(metadataBytes(newest));
    return newest;
  } catch (error) {
    if (error instanceof EqualVersionError && kept !== undefined) return kept;
    throw error;
  }
}

async function refreshSnapshot(
  store: TrustedMetadataStore,
  kept: Uint8Array | undefined,
  fetch: FetchMetadata,
): Promise<Uint8Array> {
  // Its hash was checked when it was fetched. An older version still says which versions were seen.
  if (kept !== undefined && succeeds(() => store.updateSnapshot(metadataBytes(kept), true))) return kept;
  const meta = present(store.timestamp, 'timestamp').signed.snapshotMeta;
  const name = versioned(store, 'snapshot', meta.version);
  const newest = await fetch(name, atMost(meta.length, MAX_TUF_SNAPSHOT_BYTES));
  if (newest === undefined) throw new MissingMetadata(name);
  store.updateSnapshot(metadataBytes(newest));
  return newest;
}

async function refreshTargets(
  store: TrustedMetadataStore,
  kept: Uint8Array | undefined,
  fetch: FetchMetadata,
): Promise<Uint8Array> {
  const accept = (bytes: Uint8Array): void =>
    store.updateDelegatedTargets(metadataBytes(bytes), 'targets', 'root');
  if (kept !== undefined && succeeds(() => accept(kept))) return kept;
  const meta = targetsMeta(store);
  const name = versioned(store, 'targets', meta.version);
  const newest = await fetch(name, atMost(meta.length, MAX_TUF_TARGETS_BYTES));
  if (newest === undefined) throw new MissingMetadata(name);
  accept(newest);
  return newest;
}

function targetsMeta(store: TrustedMetadataStore): {
  readonly version: number;
  readonly length?: number | undefined;
} {
  const meta = present(store.snapshot, 'snapshot').signed.meta['targets.json'];
  if (meta === undefined) throw new MissingMetadata('targets.json');
  return meta;
}

/** Which keys sign timestamps and snapshots. */
function onlineKeys(store: TrustedMetadataStore): string {
  const { roles } = store.root.signed;
  return JSON.stringify([roles['timestamp']?.keyIDs.toSorted(), roles['snapshot']?.keyIDs.toSorted()]);
}

function assertNotOlder(role: keyof TufVersions, version: number, published: TufVersions): void {
  const known = published[role] ?? 0;
  if (version >= known) return;
  throw new BadVersionError(
    `${role}.json has version ${version}, and version ${known} was published before this k8s-verify`,
  );
}

/** With consistent snapshots, the name of a file contains its version (TUF specification, section 6.2). */
function versioned(store: TrustedMetadataStore, role: string, version: number): string {
  return store.root.signed.consistentSnapshot ? `${version}.${role}.json` : `${role}.json`;
}

function verified(store: TrustedMetadataStore, anchor: Uint8Array, files: TufFiles): VerifiedMetadata {
  const root = store.root.signed;
  const timestamp = present(store.timestamp, 'timestamp').signed;
  const { targets } = present(store.targets, 'targets').signed;
  return {
    files,
    root: files.roots.at(-1) ?? anchor,
    rootVersion: root.version,
    rootExpires: new Date(root.expires),
    versions: {
      timestamp: timestamp.version,
      snapshot: timestamp.snapshotMeta.version,
      targets: present(store.targets, 'targets').signed.version,
    },
    target: (name) => {
      const info = Object.hasOwn(targets, name) ? targets[name] : undefined;
      return info && { name, length: info.length, hashes: info.hashes };
    },
  };
}

function atMost(length: number | undefined, bound: number): number {
  return Math.min(length ?? bound, bound);
}

function succeeds(step: () => unknown): boolean {
  try {
    step();
    return true;
  } catch {
    return false;
  }
}

function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new TypeError(`tuf-js has no ${what}`);
  return value;
}
