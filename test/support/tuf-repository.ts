/**
 * A TUF repository (TUF specification 1.0, section 4) with consistent snapshots and keys of its own, signed anew for
 * every test. It can rotate its keys and publish again; what it serves can be wrong in any one respect.
 */
import { createHash } from 'node:crypto';
import { canonicalJson, type JsonValue } from './sigstore/canonical-json.ts';
import type { Handler } from './http/loopback-server.ts';
import { generateKey, type KeyPair, signMessage } from './sigstore/keys.ts';

const ROLES = ['root', 'timestamp', 'snapshot', 'targets'] as const;
export type TufRole = (typeof ROLES)[number];
type Targets = Readonly<Record<string, Uint8Array>>;

const FAR = '2999-01-01T00:00:00Z';
const PAST = '2024-01-01T00:00:00Z';

export interface TufRepositoryOptions {
  readonly targets: Targets;
  /** The version of the newest root; all from 1 on are served. Default 1. */
  readonly rootVersion?: number;
  /** How many keys the root role has, and how many of them must sign. Default one of one. */
  readonly rootKeys?: number;
  readonly rootThreshold?: number;
  /** Roles whose newest metadata has expired. */
  readonly expired?: readonly TufRole[];
  /** Roles whose newest metadata another key has signed. */
  readonly forged?: readonly TufRole[];
  /** When the timestamp expires. */
  readonly timestampExpires?: string;
  /** Changes what the targets metadata says of each target. */
  readonly alterTarget?: (info: Record<string, JsonValue>) => Record<string, JsonValue>;
}

/** What a publication changes. A version that is not given is the next one of a role with something new. */
export interface Publication {
  readonly targets?: Targets;
  readonly versions?: Partial<Record<Exclude<TufRole, 'root'>, number>>;
  readonly expired?: readonly TufRole[];
  readonly forged?: readonly TufRole[];
  readonly timestampExpires?: string;
}

export interface Rotation {
  /** Roles that get new keys. */
  readonly roles?: readonly TufRole[];
  readonly expired?: boolean;
  /** Which of the old root keys sign the new root; default: all. */
  readonly signedBy?: number;
  /** The version that the file says it has, if it is not its own. */
  readonly version?: number;
}

export interface TufRepository {
  /** Version 1: where a client starts. */
  readonly firstRoot: Uint8Array;
  readonly newestRoot: Uint8Array;
  /** What is served, by path. */
  readonly files: Map<string, Uint8Array>;
  readonly handler: Handler;
  /** Signs a new timestamp and, if there are other targets or their versions are given, snapshot and targets. */
  publish(publication?: Publication): void;
  /** Signs the next root with the old root keys and the new ones. */
  rotate(rotation?: Rotation): void;
}

export function createTufRepository(options: TufRepositoryOptions): TufRepository {
  return new SignedRepository(options);
}

class SignedRepository implements TufRepository {
  readonly files: Map<string, Uint8Array> = new Map();
  readonly #roots: Uint8Array[] = [];
  readonly #threshold: number;
  readonly #alterTarget: NonNullable<TufRepositoryOptions['alterTarget']>;
  readonly #keys: Record<TufRole, readonly KeyPair[]>;
  readonly #versions = { timestamp: 0, snapshot: 0, targets: 0 };
  #targets: Targets = {};
  #snapshot: Uint8Array = new Uint8Array();

  constructor(options: TufRepositoryOptions) {
    const { rootVersion = 1, rootKeys = 1, rootThreshold = 1, expired = [], forged = [] } = options;
    this.#threshold = rootThreshold;
    this.#alterTarget = options.alterTarget ?? ((info) => info);
    this.#keys = {
      root: Array.from({ length: rootKeys }, () => generateKey('ed25519')),
      timestamp: [generateKey('ed25519')],
      snapshot: [generateKey('ed25519')],
      targets: [generateKey('ed25519')],
    };
    for (let version = 1; version <= rootVersion; version += 1) {
      const isNewest = version === rootVersion;
      const signers = isNewest && forged.includes('root') ? [generateKey('ed25519')] : this.#keys.root;
      this.#addRoot(version, signers, isNewest && expired.includes('root') ? PAST : FAR);
    }
    this.publish(options);
  }

  get firstRoot(): Uint8Array {
    return this.#rootAt(0);
  }

  get newestRoot(): Uint8Array {
    return this.#rootAt(this.#roots.length - 1);
  }

  readonly handler: Handler = ({ path }) => {
    const body = this.files.get(path);
    return body === undefined
      ? { status: 404, body: 'none' }
      : { status: 200, headers: { 'content-type': 'application/json' }, body };
  };

  publish({ targets, versions = {}, ...how }: Publication = {}): void {
    const has = targets !== undefined || versions.targets !== undefined || versions.snapshot !== undefined;
    this.#targets = targets ?? this.#targets;
    for (const [name, bytes] of Object.entries(this.#targets)) {
      this.files.set(`/targets/${sha256(bytes)}.${name}`, bytes);
    }
    const next = (role: 'timestamp' | 'snapshot' | 'targets', isNew: boolean): number => {
      this.#versions[role] = versions[role] ?? this.#versions[role] + (isNew ? 1 : 0);
      return this.#versions[role];
    };
    const targetsVersion = next('targets', has);
    const snapshotVersion = next('snapshot', has);
    if (has) {
      const body = {
        targets: mapValues(this.#targets, (bytes) => this.#alterTarget({ ...fileInfo(bytes) })),
      };
      this.#serve(`${targetsVersion}.targets.json`, this.#sign('targets', targetsVersion, body, how));
      const meta = { 'targets.json': { version: targetsVersion } };
      this.#snapshot = this.#sign('snapshot', snapshotVersion, { meta }, how);
      this.#serve(`${snapshotVersion}.snapshot.json`, this.#snapshot);
    }
    const meta = { 'snapshot.json': { version: snapshotVersion, ...fileInfo(this.#snapshot) } };
    this.#serve('timestamp.json', this.#sign('timestamp', next('timestamp', true), { meta }, how));
  }

  rotate({ roles = [], expired = false, signedBy, version }: Rotation = {}): void {
    const old = this.#keys.root.slice(0, signedBy);
    for (const role of roles) this.#keys[role] = this.#keys[role].map(() => generateKey('ed25519'));
    const signers = [...new Set([...old, ...(roles.includes('root') ? this.#keys.root : [])])];
    this.#addRoot(this.#roots.length + 1, signers, expired ? PAST : FAR, version);
  }

  #addRoot(version: number, signers: readonly KeyPair[], expires: string, said: number = version): void {
    const root = signed('root', said, expires, this.#rootBody(), signers);
    this.#roots.push(root);
    this.#serve(`${version}.root.json`, root);
  }

  #rootBody(): Record<string, JsonValue> {
    const all = ROLES.flatMap((role) => this.#keys[role]);
    return {
      consistent_snapshot: true,
      keys: Object.fromEntries(all.map((key) => [keyId(key), keyJson(key)])),
      roles: Object.fromEntries(
        ROLES.map((role) => {
          const threshold = role === 'root' ? this.#threshold : 1;
          return [role, { keyids: this.#keys[role].map(keyId), threshold }];
        }),
      ),
    };
  }

  /** A forged file names the key of its role, and another key has signed it. */
  #sign(
    role: TufRole,
    version: number,
    body: Record<string, JsonValue>,
    { expired = [], forged = [], timestampExpires = FAR }: Publication,
  ): Uint8Array {
    const expires = expired.includes(role) ? PAST : role === 'timestamp' ? timestampExpires : FAR;
    const keys = this.#keys[role];
    return signed(role, version, expires, body, keys, forged.includes(role));
  }

  #serve(name: string, bytes: Uint8Array): void {
    this.files.set(`/${name}`, bytes);
  }

  #rootAt(index: number): Uint8Array {
    const root = this.#roots[index];
    if (root === undefined) throw new Error('a repository has a root');
    return root;
  }
}

function signed(
  role: TufRole,
  version: number,
  expires: string,
  body: Record<string, JsonValue>,
  keys: readonly KeyPair[],
  isForged = false,
): Uint8Array {
  const content = { _type: role, spec_version: '1.0', version, expires, ...body };
  const message = Buffer.from(canonicalJson(content));
  const signatures = keys.map((key) => ({
    keyid: keyId(key),
    sig: Buffer.from(signMessage(isForged ? generateKey('ed25519') : key, message)).toString('hex'),
  }));
  return Buffer.from(JSON.stringify({ signed: content, signatures }));
}

function keyJson({ spki }: KeyPair): JsonValue {
  const raw = Buffer.from(spki).subarray(-32).toString('hex');
  return { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: raw } };
}

function keyId(key: KeyPair): string {
  return sha256(Buffer.from(canonicalJson(keyJson(key))));
}

function fileInfo(bytes: Uint8Array): {
  readonly length: number;
  readonly hashes: { readonly sha256: string };
} {
  return { length: bytes.length, hashes: { sha256: sha256(bytes) } };
}

function mapValues<T, U>(values: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
