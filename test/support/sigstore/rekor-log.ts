/**
 * A Rekor v1 log without its HTTP face: entries in a Merkle tree of shards, signed entry timestamps, checkpoints and
 * inclusion proofs. It takes any body; what a real Rekor would refuse is refused in `rekor-server.ts`.
 */
import { createHash, randomBytes } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import { checkpointText, type LogAlterations, type NoteSigner, signNote } from './checkpoint.ts';
import { digestOf, freshKey, type KeyKind, type KeyPair, type MakeKey, signMessage } from './keys.ts';
import { hashLeaf, MerkleTree } from './merkle-tree.ts';

export interface RekorLogOptions {
  /** The IDs of its trees, hex, in order. Default: new ones. */
  readonly treeIds?: readonly string[];
  /** Default `rekor.sigstore.test`. */
  readonly host?: string;
  readonly key?: KeyKind;
  readonly makeKey?: MakeKey;
  /** Entries that were there before: of the inactive shard, and of the active one. */
  readonly prefill?: readonly number[];
}

export interface RekorEntry {
  /** 16 hex digits of the tree ID, then the leaf hash. */
  readonly uuid: string;
  readonly body: Uint8Array;
  /** Seconds. */
  readonly integratedTime: number;
  /** Over all shards. */
  readonly logIndex: number;
  readonly shard: Shard;
  /** Within the shard. */
  readonly leafIndex: number;
}

/** One tree. Only the last shard of a log takes entries. */
export interface Shard {
  /** 16 hex digits. */
  readonly treeId: string;
  readonly tree: MerkleTree;
  /** Entries in the shards before it. */
  readonly firstIndex: number;
}

export interface RekorInclusionProof {
  readonly checkpoint: string;
  readonly hashes: readonly string[];
  readonly logIndex: number;
  readonly rootHash: string;
  readonly treeSize: number;
}

/** An entry as the API answers it. */
export interface RekorAnswerEntry {
  readonly body: string;
  readonly integratedTime: number;
  readonly logID: string;
  readonly logIndex: number;
  readonly verification: {
    readonly inclusionProof: RekorInclusionProof;
    readonly signedEntryTimestamp: string;
  };
}

/** What the signed entry timestamp signs. */
export interface SetPayload {
  readonly body: string;
  readonly integratedTime: number;
  readonly logID: string;
  readonly logIndex: number;
}

/** Changes to what the log signs of an entry. */
export interface RekorAlterations extends LogAlterations {
  /** The tree that the proof is for. Default: the tree of now. */
  readonly treeSize?: number;
  /** What the signed entry timestamp signs; the answer itself stays as it is. */
  readonly alterSetPayload?: (payload: SetPayload) => SetPayload;
}

export class RekorLog {
  readonly host: string;
  readonly key: KeyPair;
  /** SHA-256 of the log's key, hex. */
  readonly logId: string;
  readonly #treeIds: readonly string[];
  readonly #shards: Shard[] = [];
  readonly #byIndex: RekorEntry[] = [];
  readonly #byUuid = new Map<string, RekorEntry>();

  constructor(options: RekorLogOptions = {}) {
    this.host = options.host ?? 'rekor.sigstore.test';
    const { makeKey = freshKey, treeIds = [] } = options;
    this.#treeIds = treeIds;
    this.key = makeKey('rekor', options.key ?? 'p256');
    this.logId = Buffer.from(digestOf(this.key.spki)).toString('hex');
    for (const size of options.prefill ?? [70, 150]) {
      this.rotate();
      for (let index = 0; index < size; index += 1) {
        this.append(fillerBody(this.#byIndex.length), new Date('2022-01-01T00:00:00Z'));
      }
    }
    if (this.#shards.length === 0) this.rotate();
  }

  get shards(): readonly Shard[] {
    return this.#shards;
  }

  get activeShard(): Shard {
    const shard = this.#shards.at(-1);
    if (shard === undefined) throw new Error('a log has at least one shard');
    return shard;
  }

  /** Freezes the active shard and starts a new one, as Rekor does every year or two. */
  rotate(): Shard {
    const treeId = randomBytes(8);
    treeId[0] = ((treeId[0] ?? 0) & 0x3f) | 0x10;
    const shard = {
      treeId: this.#treeIds[this.#shards.length] ?? treeId.toString('hex'),
      tree: new MerkleTree(),
      firstIndex: this.#byIndex.length,
    };
    this.#shards.push(shard);
    return shard;
  }

  /** Appends an entry; the same body twice is two leaves with one UUID, of which the first is found. */
  append(body: Uint8Array, integratedAt: Date): RekorEntry {
    const shard = this.activeShard;
    const leafHash = hashLeaf(body);
    const entry: RekorEntry = {
      uuid: `${shard.treeId}${Buffer.from(leafHash).toString('hex')}`,
      body,
      integratedTime: Math.floor(integratedAt.getTime() / 1000),
      logIndex: this.#byIndex.length,
      shard,
      leafIndex: shard.tree.append(leafHash),
    };
    this.#byIndex.push(entry);
    if (!this.#byUuid.has(entry.uuid)) this.#byUuid.set(entry.uuid, entry);
    return entry;
  }

  entryAt(logIndex: number): RekorEntry | undefined {
    return this.#byIndex[logIndex];
  }

  /** By UUID of 80 hex digits, or by the 64 of the leaf hash alone. */
  entryOf(uuid: string): RekorEntry | undefined {
    const key = uuid.toLowerCase();
    if (key.length !== 64) return this.#byUuid.get(key);
    for (const { treeId } of this.#shards.toReversed()) {
      const entry = this.#byUuid.get(`${treeId}${key}`);
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  entryOfBody(body: Uint8Array): RekorEntry | undefined {
    return this.entryOf(Buffer.from(hashLeaf(body)).toString('hex'));
  }

  /** Every entry whose body passes, oldest first. */
  entriesWhere(matches: (body: string) => boolean): readonly RekorEntry[] {
    return this.#byIndex.filter((entry) => matches(Buffer.from(entry.body).toString('utf8')));
  }

  /** The tree's head as a signed note. */
  checkpoint(
    shard: Shard = this.activeShard,
    size: number = shard.tree.size,
    { alterCheckpoint, alterSigners }: LogAlterations = {},
  ): string {
    const origin = `${this.host} - ${BigInt(`0x${shard.treeId}`)}`;
    const fields = { origin, size, root: shard.tree.root(size) };
    const signers = [this.noteSigner()];
    return signNote(checkpointText(alterCheckpoint?.(fields) ?? fields), alterSigners?.(signers) ?? signers);
  }

  noteSigner(): NoteSigner {
    return {
      name: this.host,
      keyHint: Buffer.from(this.logId, 'hex').subarray(0, 4),
      sign: (note) => signMessage(this.key, note),
    };
  }

  inclusionProof(entry: RekorEntry, alterations: RekorAlterations = {}): RekorInclusionProof {
    const { tree } = entry.shard;
    const { treeSize: size = tree.size } = alterations;
    return {
      checkpoint: this.checkpoint(entry.shard, size, alterations),
      hashes: tree.inclusionProof(entry.leafIndex, size).map((hash) => Buffer.from(hash).toString('hex')),
      logIndex: entry.leafIndex,
      rootHash: Buffer.from(tree.root(size)).toString('hex'),
      treeSize: size,
    };
  }

  /** A signed entry timestamp over what this log would say of the entry, or over anything else. */
  signEntryTimestamp(payload: SetPayload): Uint8Array {
    return signMessage(this.key, Buffer.from(canonicalJson({ ...payload }), 'utf8'));
  }

  setPayload(entry: RekorEntry): SetPayload {
    return {
      body: Buffer.from(entry.body).toString('base64'),
      integratedTime: entry.integratedTime,
      logID: this.logId,
      logIndex: entry.logIndex,
    };
  }

  /** What the log says of an entry; honest, and signed whatever the alterations are. */
  answer(entry: RekorEntry, alterations: RekorAlterations = {}): RekorAnswerEntry {
    const payload = this.setPayload(entry);
    const signed = alterations.alterSetPayload?.(payload) ?? payload;
    return {
      ...payload,
      verification: {
        inclusionProof: this.inclusionProof(entry, alterations),
        signedEntryTimestamp: Buffer.from(this.signEntryTimestamp(signed)).toString('base64'),
      },
    };
  }
}

/** The body of another signer's entry: well-formed, but not signed. */
function fillerBody(index: number): Uint8Array {
  const value = createHash('sha256').update(`filler ${index}`).digest();
  const body = canonicalJson({
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      data: { hash: { algorithm: 'sha256', value: value.toString('hex') } },
      signature: { content: value.toString('base64'), publicKey: { content: '' } },
    },
  });
  return Buffer.from(body, 'utf8');
}
