import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { isJsonObject, type JsonValue, parseJsonStrictly } from '../../src/strict/json.ts';
import { PUBLIC_GOOD_TUF_URL } from '../../src/trust/embedded-root.ts';
import type { TrustRootFiles } from './trust-root-folder.ts';

const MAX_SEED_BYTES = 4 * 1024 * 1024;

export interface PackageSeed {
  /** Of the package `@sigstore/tuf`, as the lockfile pins it. */
  readonly version: string;
  readonly files: TrustRootFiles;
}

/**
 * What the installed `@sigstore/tuf` starts from. The package is pinned by the lockfile, so that a change of it is a
 * reviewed change of a dependency.
 */
export function packageSeed(): PackageSeed {
  const manifestPath = createRequire(import.meta.url).resolve('@sigstore/tuf/package.json');
  const version = text(member(readJson(manifestPath), 'version'));
  const seed = member(readJson(join(dirname(manifestPath), 'seeds.json')), PUBLIC_GOOD_TUF_URL);
  return {
    version,
    files: {
      root: decode(member(seed, 'root.json')),
      trusted: decode(member(member(seed, 'targets'), 'trusted_root.json')),
    },
  };
}

function readJson(path: string): JsonValue {
  return parseJsonStrictly(readFileSync(path), path, { maxBytes: MAX_SEED_BYTES });
}

function member(value: JsonValue | undefined, name: string): JsonValue {
  const found = isJsonObject(value) ? value[name] : undefined;
  if (found === undefined) throw new Error(`@sigstore/tuf carries no ${name}`);
  return found;
}

function text(value: JsonValue): string {
  if (typeof value !== 'string') throw new Error('@sigstore/tuf carries something that is no text');
  return value;
}

function decode(base64: JsonValue): Uint8Array {
  return Buffer.from(text(base64), 'base64');
}
