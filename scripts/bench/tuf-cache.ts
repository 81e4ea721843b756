/**
 * A TUF cache that sigstore-js takes a trusted root from without a request: `sigstore` has no option for a trusted
 * root in a file. The metadata are signed as TUF wants them, by one key for all roles.
 */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, type JsonValue } from '#support/sigstore/canonical-json';

/** Options of `sigstore`'s own `verify`. */
export interface TufOptions {
  readonly tufMirrorURL: string;
  readonly tufRootPath: string;
  readonly tufCachePath: string;
  readonly tufForceCache: true;
}

/** No request is made: the cache is complete and fresh. */
const MIRROR_HOST = 'tuf.invalid';
const EXPIRES = '2099-01-01T00:00:00Z';

export function writeTufCache(directory: string, trustedRoot: string): TufOptions {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const key = {
    keytype: 'ed25519',
    scheme: 'ed25519',
    keyval: { public: publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex') },
  };
  const keyid = sha256(canonicalJson(key));
  const cache = join(directory, MIRROR_HOST);
  mkdirSync(join(cache, 'targets'), { recursive: true });
  const write = (role: string, members: Readonly<Record<string, JsonValue>>): void => {
    const signed = { _type: role, spec_version: '1.0.31', version: 1, expires: EXPIRES, ...members };
    const sig = sign(null, Buffer.from(canonicalJson(signed)), privateKey).toString('hex');
    writeFileSync(join(cache, `${role}.json`), JSON.stringify({ signed, signatures: [{ keyid, sig }] }));
  };
  const byThatKey = { keyids: [keyid], threshold: 1 };
  write('root', {
    consistent_snapshot: true,
    keys: { [keyid]: key },
    roles: { root: byThatKey, timestamp: byThatKey, snapshot: byThatKey, targets: byThatKey },
  });
  write('timestamp', { meta: { 'snapshot.json': { version: 1 } } });
  write('snapshot', { meta: { 'targets.json': { version: 1 } } });
  const hashes = { sha256: sha256(trustedRoot) };
  write('targets', { targets: { 'trusted_root.json': { length: Buffer.byteLength(trustedRoot), hashes } } });
  writeFileSync(join(cache, 'targets', 'trusted_root.json'), trustedRoot);
  return {
    tufMirrorURL: `https://${MIRROR_HOST}`,
    tufRootPath: join(cache, 'root.json'),
    tufCachePath: directory,
    tufForceCache: true,
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
