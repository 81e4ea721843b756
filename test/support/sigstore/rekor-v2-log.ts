/**
 * A Rekor v2 log as far as a bundle shows one: a tile-backed tree whose head is signed with an Ed25519 (or ECDSA) key and
 * by witnesses. There is no look-up, no signed entry timestamp and no integrated time.
 */
import { createHash } from 'node:crypto';
import { at } from '../json.ts';
import type { TlogEntryJson } from './bundle.ts';
import { canonicalJson, type JsonValue } from './canonical-json.ts';
import { checkpointText, type LogAlterations, type NoteSigner, signNote } from './checkpoint.ts';
import {
  digestOf,
  generateKey,
  freshKey,
  type KeyKind,
  type KeyPair,
  type MakeKey,
  signMessage,
} from './keys.ts';
import { hashLeaf, MerkleTree } from './merkle-tree.ts';

export interface RekorV2LogOptions {
  /** Host and origin. Default `log2025-1.rekor.sigstore.test`. */
  readonly host?: string;
  /** Default `ed25519`. */
  readonly key?: KeyKind;
  readonly makeKey?: MakeKey;
  /** Entries that were there before. */
  readonly prefill?: number;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

export class RekorV2Log {
  readonly host: string;
  readonly key: KeyPair;
  /** The key ID of the log's checkpoints, whole (c2sp.org/signed-note). */
  readonly logId: Uint8Array;
  readonly tree: MerkleTree = new MerkleTree();

  constructor(options: RekorV2LogOptions = {}) {
    this.host = options.host ?? 'log2025-1.rekor.sigstore.test';
    const { makeKey = freshKey } = options;
    this.key = makeKey('rekor-v2', options.key ?? 'ed25519');
    this.logId =
      this.key.kind === 'ed25519'
        ? noteKeyId(this.host, NOTE_TYPE_ED25519, this.key)
        : digestOf(this.key.spki);
    for (let index = 0; index < (options.prefill ?? 30); index += 1) {
      this.tree.append(hashLeaf(Buffer.from(`filler ${index}`)));
    }
  }

  noteSigner(): NoteSigner {
    return {
      name: this.host,
      keyHint: this.logId.subarray(0, 4),
      sign: (note) => signMessage(this.key, note),
    };
  }

  /** Appends a body and returns it as an entry of a bundle, with its proof at that moment. */
  append(body: JsonValue, alterations: LogAlterations = {}): TlogEntryJson {
    const { alterCheckpoint, alterSigners } = alterations;
    const canonical = Buffer.from(canonicalJson(body), 'utf8');
    const index = this.tree.append(hashLeaf(canonical));
    const head = { origin: this.host, size: this.tree.size, root: this.tree.root() };
    const signers = [this.noteSigner()];
    return {
      logIndex: String(index),
      logId: { keyId: base64(this.logId) },
      kindVersion: { kind: String(at(body, 'kind')), version: String(at(body, 'apiVersion')) },
      inclusionProof: {
        logIndex: String(index),
        rootHash: base64(head.root),
        treeSize: String(head.size),
        hashes: this.tree.inclusionProof(index).map(base64),
        checkpoint: {
          envelope: signNote(
            checkpointText(alterCheckpoint?.(head) ?? head),
            alterSigners?.(signers) ?? signers,
          ),
        },
      },
      canonicalizedBody: base64(canonical),
    };
  }
}

const NOTE_TYPE_ED25519 = 0x01;
const NOTE_TYPE_COSIGNATURE = 0x04;

function noteKeyId(name: string, type: number, key: KeyPair): Uint8Array {
  return createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.of(type))
    .update(key.spki.subarray(-32))
    .digest();
}

/** A witness that cosigns checkpoints (c2sp.org/tlog-cosignature). */
export function createWitness(name: string = 'witness.sigstore.test', time: Date = new Date()): NoteSigner {
  const key = generateKey('ed25519');
  return {
    name,
    keyHint: noteKeyId(name, NOTE_TYPE_COSIGNATURE, key).subarray(0, 4),
    sign(note) {
      const seconds = BigInt(Math.floor(time.getTime() / 1000));
      const timestamp = Buffer.alloc(8);
      timestamp.writeBigUInt64BE(seconds);
      const header = Buffer.from(`cosignature/v1\ntime ${seconds}\n`, 'utf8');
      return Buffer.concat([timestamp, signMessage(key, Buffer.concat([header, note]))]);
    },
  };
}
