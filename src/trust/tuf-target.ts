/** The trusted root of a TUF repository: which target it is, and whether bytes are that target. */
import { createHash } from 'node:crypto';
import { UntrustedError } from '../errors.ts';
import { MAX_TRUSTED_ROOT_BYTES } from '../limits.ts';
import { readTrustedRoot } from './read-trusted-root.ts';
import type { TrustMaterial } from './trust-material.ts';
import type { TufFetch } from './tuf-fetch.ts';
import { MissingMetadata, type TargetInfo, type VerifiedMetadata } from './tuf-metadata.ts';

/** The names of the trusted root, the newest form first. */
const TARGETS = ['trusted_root.v0.2.json', 'trusted_root.json'] as const;

/** Digests that are good enough to tell bytes apart; TUF metadata may have others as well. */
const HASHES = ['sha256', 'sha512'] as const;

/** A trusted root that the metadata signs for. */
export interface VerifiedTarget {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly trust: TrustMaterial;
  /** Newer forms of it that this program cannot read, with the reason. */
  readonly unread: readonly string[];
}

/**
 * The newest form of the trusted root that this program can read. It is fetched only if its bytes are not in hand.
 *
 * @param known trusted roots in hand, from anywhere.
 * @throws the errors of the client; UntrustedError if none can be read or what is fetched is not what is signed for;
 *   {@link MissingMetadata}
 */
export async function newestTarget(
  metadata: VerifiedMetadata,
  known: readonly Uint8Array[],
  fetch: TufFetch,
  read: ReadTarget,
): Promise<VerifiedTarget> {
  const unread: string[] = [];
  for (const name of TARGETS) {
    const info = metadata.target(name);
    if (info === undefined) continue;
    const bytes = known.find((one) => isTarget(info, one)) ?? (await fetchTarget(info, fetch));
    try {
      return { name, bytes, trust: readTarget(metadata, bytes, read), unread };
    } catch (error) {
      if (!(error instanceof UntrustedError) || name === TARGETS.at(-1)) throw error;
      unread.push(`${name}: ${error.message}`);
    }
  }
  throw new UntrustedError('trusted-root-invalid', `${TARGETS[1]} not found`, {
    found: 'TUF metadata that signs for no trusted root',
  });
}

interface ReadTarget {
  /** Of the repository, without secrets. */
  readonly url: string;
  /** When the repository said that it is the newest. */
  readonly asOf: Date;
}

/**
 * Reads a trusted root that was kept, if the metadata signs for it.
 *
 * @throws UntrustedError `trusted-root-invalid`
 */
export function keptTarget(
  metadata: VerifiedMetadata,
  { name, bytes }: Pick<VerifiedTarget, 'name' | 'bytes'>,
  read: ReadTarget,
): TrustMaterial {
  const info = TARGETS.some((one) => one === name) ? metadata.target(name) : undefined;
  if (info === undefined || !isTarget(info, bytes)) throw notTheTarget(name);
  return readTarget(metadata, bytes, read);
}

function readTarget(
  { rootVersion, rootExpires }: VerifiedMetadata,
  bytes: Uint8Array,
  { url, asOf }: ReadTarget,
): TrustMaterial {
  const tufRoot = { url, version: rootVersion, expires: rootExpires };
  return { ...readTrustedRoot(bytes, { kind: 'tuf', url }, asOf), tufRoot };
}

async function fetchTarget(info: TargetInfo, fetch: TufFetch): Promise<Uint8Array> {
  const { name, length, hashes } = info;
  if (length > MAX_TRUSTED_ROOT_BYTES) throw tooLarge(name, length);
  const hash = HASHES.flatMap((algorithm) => hashes[algorithm] ?? [])[0];
  if (hash === undefined || !/^[0-9a-f]{64,128}$/.test(hash)) throw notTheTarget(name);
  const path = `targets/${hash}.${name}`;
  const bytes = await fetch.file(path, length);
  if (bytes === undefined) throw new MissingMetadata(path);
  if (!isTarget(info, bytes)) throw notTheTarget(name);
  return bytes;
}

/** Whether the bytes have the signed length, and all signed digests that count. */
function isTarget({ length, hashes }: TargetInfo, bytes: Uint8Array): boolean {
  const signed = HASHES.filter((algorithm) => hashes[algorithm] !== undefined);
  return (
    signed.length > 0 &&
    bytes.length === length &&
    signed.every((algorithm) => createHash(algorithm).update(bytes).digest('hex') === hashes[algorithm])
  );
}

function notTheTarget(name: string): UntrustedError {
  return new UntrustedError('trusted-root-invalid', `${name} is not what the TUF metadata signs for`);
}

function tooLarge(name: string, length: number): UntrustedError {
  return new UntrustedError('trusted-root-invalid', `${name} is too large`, {
    wanted: `at most ${MAX_TRUSTED_ROOT_BYTES} bytes`,
    found: `${length} bytes`,
  });
}
