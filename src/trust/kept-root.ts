/**
 * What is kept of a TUF repository between runs: one file, so that it is there whole or not at all. Nothing in it is
 * trusted: all of it is verified again from the TUF root that the program itself begins with.
 */
import { UntrustedError } from '../errors.ts';
import {
  MAX_KEPT_TRUST_BYTES,
  MAX_TRUSTED_ROOT_BYTES,
  MAX_TUF_ROOT_BYTES,
  MAX_TUF_ROOT_ROTATIONS,
  MAX_TUF_SNAPSHOT_BYTES,
  MAX_TUF_TARGETS_BYTES,
  MAX_TUF_TIMESTAMP_BYTES,
} from '../limits.ts';
import { encodeBase64 } from '../strict/base64.ts';
import { digestOf } from '../strict/digest.ts';
import { Fields } from '../strict/fields.ts';
import { parseJsonStrictly } from '../strict/json.ts';
import type { TufFiles } from './tuf-metadata.ts';

/** The newest state of a repository that one run verified. */
export interface KeptRoot {
  /** When the repository was asked, and this was the newest. */
  readonly checkedAt: Date;
  readonly files: TufFiles;
  /** A trusted root, by the name of its target. */
  readonly target: { readonly name: string; readonly bytes: Uint8Array };
}

const SCHEMA = 1;
const WHAT = 'the kept trusted root';
const FIELDS = ['schema', 'checkedAt', 'roots', 'timestamp', 'snapshot', 'targets', 'target'];

/**
 * The name under which the state of a repository is kept: another TUF root to begin with, another repository or another
 * form of the file is another name.
 */
export function keptRootKey(anchor: Uint8Array, url: string): string {
  return sha256(Buffer.from(`${SCHEMA}\0${sha256(anchor)}\0${url}`));
}

export function encodeKeptRoot({ checkedAt, files, target }: KeptRoot): Uint8Array {
  const { roots, timestamp, snapshot, targets } = files;
  return Buffer.from(
    JSON.stringify({
      schema: SCHEMA,
      checkedAt: checkedAt.toISOString(),
      roots: roots.map(encodeBase64),
      timestamp: encodeBase64(timestamp),
      snapshot: encodeBase64(snapshot),
      targets: encodeBase64(targets),
      target: { name: target.name, bytes: encodeBase64(target.bytes) },
    }),
  );
}

/** @throws UntrustedError if it is damaged. */
export function decodeKeptRoot(bytes: Uint8Array): KeptRoot {
  const json = parseJsonStrictly(bytes, WHAT, { maxBytes: MAX_KEPT_TRUST_BYTES });
  const fields = new Fields(json, WHAT, FIELDS);
  if (fields.count('schema') !== SCHEMA) throw fields.flawed('schema', String(SCHEMA), 'another one');
  const checkedAt = fields.timestamp('checkedAt');
  if (checkedAt === undefined) throw new UntrustedError('material-malformed', `${WHAT} has no date`);
  const target = fields.object('target', ['name', 'bytes']);
  return {
    checkedAt,
    files: {
      roots: fields.bytesList('roots', MAX_TUF_ROOT_ROTATIONS, MAX_TUF_ROOT_BYTES),
      timestamp: fields.bytes('timestamp', MAX_TUF_TIMESTAMP_BYTES),
      snapshot: fields.bytes('snapshot', MAX_TUF_SNAPSHOT_BYTES),
      targets: fields.bytes('targets', MAX_TUF_TARGETS_BYTES),
    },
    target: { name: target.text('name'), bytes: target.bytes('bytes', MAX_TRUSTED_ROOT_BYTES) },
  };
}

function sha256(bytes: Uint8Array): string {
  return digestOf(bytes, 'sha256').hex;
}
