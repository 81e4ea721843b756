/**
 * A TUF repository (TUF specification 1.0, section 4) with consistent snapshots and a key for each role, signed anew
 * for every test. What it serves can be wrong in any one respect.
 */
import { createHash } from 'node:crypto';
import { canonicalJson, type JsonValue } from './sigstore/canonical-json.ts';
import type { Handler } from './http/loopback-server.ts';
import { generateKey, type KeyPair, signMessage } from './sigstore/keys.ts';

const ROLES = ['root', 'timestamp', 'snapshot', 'targets'] as const;
export type TufRole = (typeof ROLES)[number];

export interface TufRepositoryOptions {
  readonly targets: Readonly<Record<string, Uint8Array>>;
  /** The version of the newest root; all from 1 on are served. Default 1. */
  readonly rootVersion?: number;
  /** Roles whose newest metadata has expired. */
  readonly expired?: readonly TufRole[];
  /** Roles whose newest metadata somebody else has signed. */
  readonly forged?: readonly TufRole[];
}

export interface TufRepository {
  /** Version 1: where a client starts. */
  readonly firstRoot: Uint8Array;
  readonly newestRoot: Uint8Array;
  /** What is served, by path. */
  readonly files: Map<string, Uint8Array>;
  readonly handler: Handler;
}

export function createTufRepository(options: TufRepositoryOptions): TufRepository {
  const { targets, rootVersion = 1 } = options;
  const signer = new Signer(options);
  const roots = Array.from({ length: rootVersion }, (_, index) =>
    signer.sign('root', index + 1, signer.rootBody(), index + 1 === rootVersion),
  );
  const targetsJson = signer.sign('targets', 1, { targets: mapValues(targets, fileInfo) });
  const snapshot = signer.sign('snapshot', 1, { meta: { 'targets.json': { version: 1 } } });
  const timestamp = signer.sign('timestamp', 1, {
    meta: { 'snapshot.json': { version: 1, ...fileInfo(snapshot) } },
  });
  const files = new Map<string, Uint8Array>([
    ...roots.map((root, index) => [`/${index + 1}.root.json`, root] as const),
    ['/timestamp.json', timestamp],
    ['/1.snapshot.json', snapshot],
    ['/1.targets.json', targetsJson],
    ...Object.entries(targets).map(([name, bytes]) => [`/targets/${sha256(bytes)}.${name}`, bytes] as const),
  ]);
  const [firstRoot, newestRoot] = [roots[0], roots.at(-1)];
  if (firstRoot === undefined || newestRoot === undefined) throw new Error('a repository has a root');
  return {
    firstRoot,
    newestRoot,
    files,
    handler: ({ path }) => {
      const body = files.get(path);
      return body === undefined
        ? { status: 404, body: 'none' }
        : { status: 200, headers: { 'content-type': 'application/json' }, body };
    },
  };
}

class Signer {
  readonly #keys = Object.fromEntries(ROLES.map((role) => [role, generateKey('ed25519')]));
  readonly #options: TufRepositoryOptions;

  constructor(options: TufRepositoryOptions) {
    this.#options = options;
  }

  rootBody(): Record<string, JsonValue> {
    return {
      consistent_snapshot: true,
      keys: Object.fromEntries(ROLES.map((role) => [keyId(this.#key(role)), keyJson(this.#key(role))])),
      roles: Object.fromEntries(
        ROLES.map((role) => [role, { keyids: [keyId(this.#key(role))], threshold: 1 }]),
      ),
    };
  }

  /** What is expired or forged is only ever the newest. */
  sign(role: TufRole, version: number, body: Record<string, JsonValue>, newest: boolean = true): Uint8Array {
    const { expired = [], forged = [] } = this.#options;
    const signed = {
      _type: role,
      spec_version: '1.0',
      version,
      expires: newest && expired.includes(role) ? '2024-01-01T00:00:00Z' : '2999-01-01T00:00:00Z',
      ...body,
    };
    const key = this.#key(role);
    const signer = newest && forged.includes(role) ? generateKey('ed25519') : key;
    const sig = Buffer.from(signMessage(signer, Buffer.from(canonicalJson(signed)))).toString('hex');
    return Buffer.from(JSON.stringify({ signed, signatures: [{ keyid: keyId(key), sig }] }));
  }

  #key(role: TufRole): KeyPair {
    const key = this.#keys[role];
    if (key === undefined) throw new Error(`no key for ${role}`);
    return key;
  }
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
