/**
 * The evidence next to a lockfile: the bundle of each locked artifact by its digest, the release manifests with theirs, and
 * the newest checkpoint of each log. It proves itself, so that it is verified on every use: another file under a right name
 * can only make a run ask the network.
 */
import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { DataStore, KeptEntry } from '../data/data-store.ts';
import type { KeptKind } from '../data/kept-kinds.ts';
import { isAbsent } from '../disk/disk-error.ts';
import { HeldDirectory } from '../disk/held-directory.ts';
import { unreadableReason } from '../files/unreadable-file.ts';
import { K8sVerifyError } from '../errors.ts';
import {
  MAX_BUNDLE_BYTES,
  MAX_CHECKPOINTS_FILE_BYTES,
  MAX_KEPT_CHECKPOINTS,
  MAX_MANIFEST_BYTES,
} from '../limits.ts';
import { note, type Note } from '../notes.ts';
import { Fields } from '../strict/fields.ts';
import { parseJsonStrictly } from '../strict/json.ts';

/** The newest signed head of each tree, by the key under which it is kept. */
export const CHECKPOINTS_FILE = 'checkpoints.json';

/** The directory of the evidence of a lock, absolute. */
export function evidenceDirectoryOf(lockfile: string): string {
  return join(dirname(resolve(lockfile)), 'k8s-verify.evidence');
}

export function bundleName(sha256: string): string {
  return `${sha256}.sigstore.json`;
}

/** @param version `v1.30.2` */
export function manifestName(version: string): string {
  return `kubernetes-release-${version}.spdx`;
}

export function encodeCheckpoints(notes: ReadonlyMap<string, string>): Uint8Array {
  const sorted = [...notes].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const document = { schemaVersion: 1, checkpoints: Object.fromEntries(sorted) };
  return Buffer.from(`${JSON.stringify(document, undefined, 2)}\n`, 'utf8');
}

/** @throws UntrustedError `material-malformed` */
function parseCheckpoints(bytes: Uint8Array): ReadonlyMap<string, string> {
  const json = parseJsonStrictly(bytes, CHECKPOINTS_FILE, { maxBytes: MAX_CHECKPOINTS_FILE_BYTES });
  const document = new Fields(json, CHECKPOINTS_FILE, ['schemaVersion', 'checkpoints']);
  const version = document.count('schemaVersion');
  if (version !== 1) throw document.flawed('schemaVersion', '1', String(version));
  const checkpoints = document.object('checkpoints', 'any');
  const keys = checkpoints.names();
  if (keys.length > MAX_KEPT_CHECKPOINTS)
    throw document.flawed('checkpoints', `at most ${MAX_KEPT_CHECKPOINTS}`, String(keys.length));
  return new Map(keys.map((key) => [key, checkpoints.text(key)] as const));
}

/** What is next to one lockfile. Nothing in it is verified yet. */
export class LockEvidence {
  /** Absolute. */
  readonly directory: string;
  readonly #tell: (note: Note) => void;
  #checkpoints: Promise<ReadonlyMap<string, string>> | undefined;

  /** @param tell called of each thing that is there and cannot be used. */
  constructor(lockfile: string, tell: (note: Note) => void) {
    this.directory = evidenceDirectoryOf(lockfile);
    this.#tell = tell;
  }

  /**
   * Tells of checkpoints that cannot be used, which a run might never ask for: it would go on without the memory that they are
   * of the log. Of the rest, reading tells.
   */
  async look(): Promise<void> {
    await (this.#checkpoints ??= this.#readCheckpoints());
  }

  /** What is there under a key; undefined for what is not there, and for the kinds that no lock has. */
  async read(kind: KeptKind, key: string): Promise<KeptEntry | undefined> {
    if (kind === 'evidence') return this.#entry(bundleName(key), MAX_BUNDLE_BYTES);
    if (kind === 'manifests') return this.#entry(manifestName(key), MAX_MANIFEST_BYTES);
    if (kind !== 'checkpoints') return undefined;
    const text = (await (this.#checkpoints ??= this.#readCheckpoints())).get(key);
    const path = join(this.directory, CHECKPOINTS_FILE);
    return text === undefined ? undefined : { bytes: Buffer.from(text, 'utf8'), path, place: 'own' };
  }

  /** The digests for which there is a bundle. */
  async list(kind: KeptKind): Promise<readonly string[]> {
    if (kind !== 'evidence') return [];
    // Reading an entry tells what is wrong.
    const names = await readdir(this.directory).catch(() => []);
    return names.flatMap((name) => /^([0-9a-f]{64})\.sigstore\.json$/.exec(name)?.[1] ?? []);
  }

  async #readCheckpoints(): Promise<ReadonlyMap<string, string>> {
    const entry = await this.#entry(CHECKPOINTS_FILE, MAX_CHECKPOINTS_FILE_BYTES);
    if (entry === undefined) return new Map();
    try {
      return parseCheckpoints(entry.bytes);
    } catch (error) {
      if (!(error instanceof K8sVerifyError)) throw error;
      this.#notUsed(entry.path, error.message);
      return new Map();
    }
  }

  /** A regular file, without following links and without waiting for a pipe. */
  async #entry(name: string, maxBytes: number): Promise<KeptEntry | undefined> {
    const path = join(this.directory, name);
    try {
      const bytes = await readBounded(this.directory, name, maxBytes);
      if (bytes !== undefined) return { bytes, path, place: 'own' };
      this.#notUsed(path, `it has more than ${maxBytes} bytes`);
    } catch (error) {
      if (!isAbsent(error)) this.#notUsed(path, unreadableReason(error));
    }
    return undefined;
  }

  #notUsed(path: string, why: string): void {
    this.#tell(note('evidence-not-used', `${path} was not used: ${why}`));
  }
}

async function readBounded(
  directory: string,
  name: string,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const held = await HeldDirectory.open(directory);
  try {
    const file = await held.openFile(name);
    try {
      const { size } = await file.stat();
      if (size > maxBytes) return undefined;
      const buffer = Buffer.alloc(size);
      for (let filled = 0; filled < size;) {
        const { bytesRead } = await file.read(buffer, filled, size - filled, filled);
        if (bytesRead === 0) return buffer.subarray(0, filled);
        filled += bytesRead;
      }
      return buffer;
    } finally {
      await file.close();
    }
  } finally {
    await held.close();
  }
}

/** What earlier runs kept, and before that what is next to a lock. Nothing is written to the latter. */
export function withLockEvidence(data: DataStore, evidence: LockEvidence): DataStore {
  return {
    keeps: data.keeps,
    read: async (kind, key) => {
      const entry = await evidence.read(kind, key);
      return [...(entry === undefined ? [] : [entry]), ...(await data.read(kind, key))];
    },
    write: async (kind, key, bytes, options) => data.write(kind, key, bytes, options),
    list: async (kind) =>
      [...new Set([...(await data.list(kind)), ...(await evidence.list(kind))])].toSorted(),
    look: async () => data.look(),
    pathOf: async (kind, key) => data.pathOf(kind, key),
    remove: async (kind, key) => data.remove(kind, key),
  };
}
