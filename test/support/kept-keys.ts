/** Keys that stay: what was signed yesterday verifies today. */
import { createPrivateKey } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKey, keyPairOf, type MakeKey } from './sigstore/keys.ts';

/** One file a key (PKCS #8, PEM), which only its owner may read. */
export function keptKeys(directory: string): MakeKey {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return (name, kind) => {
    const file = join(directory, `${name}.pem`);
    if (existsSync(file)) return keyPairOf(kind, createPrivateKey(readFileSync(file, 'utf8')));
    const key = generateKey(kind);
    writeFileSync(file, key.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
    return key;
  };
}
