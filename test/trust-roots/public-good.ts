/** The trusted root that ships, as JSON to change, and as the scripts see it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TrustedRoot } from '@sigstore/protobuf-specs';
import { readTrustedRoot } from '../../src/trust/read-trusted-root.ts';
import { generateKey } from '#support/sigstore/keys';
import { logJson, type TransparencyLogJson, type TrustedRootJson } from '#support/sigstore/trusted-root';

export const PUBLIC_GOOD: string = fileURLToPath(
  new URL('../../trust-roots/sigstore-public-good', import.meta.url),
);

export function publicGood(change: (root: TrustedRootJson) => void = () => {}): Uint8Array {
  const root: TrustedRootJson = JSON.parse(readFileSync(`${PUBLIC_GOOD}/trusted_root.json`, 'utf8'));
  change(root);
  return Buffer.from(JSON.stringify(root));
}

export function trusted(json: Uint8Array): TrustedRoot {
  return readTrustedRoot(json, { kind: 'file', path: 'test' }).root;
}

/** A log with a key of its own. */
export function newLog(baseUrl: string, logId: Uint8Array = Buffer.alloc(32, 7)): TransparencyLogJson {
  return logJson({ baseUrl, key: generateKey(), logId });
}

/** An entry that the trusted root that ships has. */
export function present<T>(entry: T | undefined): T {
  if (entry === undefined) throw new Error('the trusted root has fewer entries than the test needs');
  return entry;
}
