/**
 * Remembers which digest was proved for a name. A released name has one file for ever, so a second one is refused: a
 * re-staged or a mock release, which neither the manifest nor the binary can tell from the real one.
 *
 * What is remembered is kept apart by signer and by the root certificate of the authority that vouched for the signer,
 * so that a test world never meets the public one. Others may be able to write here, so a memory can only hold back: no
 * proof needs it, and nothing in it makes a proof.
 */
import { createHash } from 'node:crypto';
import type { DataStore, KeptEntry } from '../data/data-store.ts';
import { UntrustedError } from '../errors.ts';
import { MAX_KEPT_NAME_BYTES } from '../limits.ts';
import { type Note, note } from '../notes.ts';
import type { Signer } from '../proof/verdict.ts';
import type { ArtifactKind } from '../release/component.ts';
import { Fields } from '../strict/fields.ts';
import { encodeHex } from '../strict/hex.ts';
import { parseJsonStrictly } from '../strict/json.ts';

/** A name, and the digest that was proved for the file that was asked for by it. */
export interface ProvenName {
  readonly kind: ArtifactKind;
  readonly component: string;
  /** `v1.30.2` */
  readonly version: string;
  /** `os/arch`; undefined where one file serves all platforms. */
  readonly platform: string | undefined;
  readonly signer: Signer;
  /** SHA-256 of the root certificate of the signer's authority, hex; undefined for a managed key. */
  readonly authority: string | undefined;
  /** Hex. */
  readonly sha256: string;
  readonly signedAt: Date | undefined;
}

/** The digest that was proved for the name before. */
export interface EarlierDigest {
  readonly sha256: string;
  /** ISO 8601; undefined if the signature had no time. */
  readonly signedAt: string | undefined;
  /** The file that remembers it. */
  readonly path: string;
  readonly place: KeptEntry['place'];
}

export type Recalled = { readonly notes: readonly Note[] } & (
  | { readonly kind: 'same' }
  /** Another digest was proved for the name before. */
  | { readonly kind: 'other'; readonly earlier: EarlierDigest }
);

/**
 * Compares a name and its proven digest with what is remembered of the name, and remembers it if there is nothing. Of
 * several runs at once one is the first. What is damaged is written anew.
 *
 * @param isBound whether something signed binds the name to the digest. If not, nothing is remembered.
 */
export async function recallName(data: DataStore, name: ProvenName, isBound: boolean): Promise<Recalled> {
  const key = keyOf(name);
  const notes: Note[] = [];
  for (const onlyNew of [true, false]) {
    const entries = (await data.read('names', key)).map((entry) => ({ entry, was: readEntry(entry, key) }));
    for (const { entry, was } of entries) if (was === undefined) notes.push(damaged(entry));
    const others = entries.flatMap(({ was }) =>
      was === undefined || was.sha256 === name.sha256 ? [] : [was],
    );
    if (others[0] !== undefined) return { kind: 'other', earlier: others[0], notes };
    const isKnown = entries.some(({ was }) => was !== undefined);
    if (isKnown || !isBound) return { kind: 'same', notes };
    const isOwnDamaged = entries.some(({ entry }) => entry.place === 'own');
    const written = await data.write('names', key, encode(name), { onlyNew: onlyNew && !isOwnDamaged });
    if (written !== 'taken') break;
  }
  return { kind: 'same', notes };
}

/**
 * Forgets what this user remembers of the name.
 *
 * @returns whether there was anything, and it is gone.
 */
export async function forgetName(data: DataStore, name: ProvenName): Promise<boolean> {
  const key = keyOf(name);
  const was = (await data.read('names', key)).some(({ place }) => place === 'own');
  return (await data.remove('names', key)) && was;
}

function damaged({ path }: KeptEntry): Note {
  return note('name-memory-damaged', `${path} was damaged; what it remembered of a name is lost`);
}

/** The form of the entries is part of the key: a later form has other keys. */
function keyOf({ kind, component, version, platform, signer, authority }: ProvenName): string {
  const who =
    signer.kind === 'managed-key' ? [signer.sha256] : [signer.subjectAlternativeName, signer.issuer];
  const parts = [FORM, kind, component, version, platform ?? '', authority ?? '', ...who];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

const FORM = 1;

/** The key is in it too, so that an entry under another name is not taken for this one. */
function encode(name: ProvenName): Uint8Array {
  const { component, version, platform, signer, authority, sha256, signedAt } = name;
  const entry = {
    schemaVersion: FORM,
    key: keyOf(name),
    component,
    version,
    ...(platform === undefined ? {} : { platform }),
    signer: signer.kind === 'managed-key' ? `sha256:${signer.sha256}` : signer.subjectAlternativeName,
    ...(authority === undefined ? {} : { authority }),
    sha256,
    ...(signedAt === undefined ? {} : { signedAt: signedAt.toISOString() }),
  };
  return Buffer.from(`${JSON.stringify(entry)}\n`);
}

const FIELDS = [
  'schemaVersion',
  'key',
  'component',
  'version',
  'platform',
  'signer',
  'authority',
  'sha256',
  'signedAt',
];
const TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/;

/** @returns undefined if it is damaged. */
function readEntry({ bytes, path, place }: KeptEntry, key: string): EarlierDigest | undefined {
  try {
    const json = parseJsonStrictly(bytes, path, { maxBytes: MAX_KEPT_NAME_BYTES });
    const fields = new Fields(json, path, FIELDS);
    if (fields.count('schemaVersion') !== FORM || encodeHex(fields.hex('key', 32)) !== key) return undefined;
    const sha256 = encodeHex(fields.hex('sha256', 32));
    const signedAt = fields.has('signedAt') ? fields.text('signedAt') : undefined;
    if (signedAt !== undefined && !TIME.test(signedAt)) return undefined;
    return { sha256, signedAt, path, place };
  } catch (error) {
    if (error instanceof UntrustedError) return undefined;
    throw error;
  }
}
