/**
 * Writes `trust-roots/sigstore-public-good/` anew from what `@sigstore/tuf` carries: the TUF root it starts from and
 * the trusted root it ships as a seed. `npm run trust-roots` rewrites, `npm run trust-roots -- --check` only compares.
 *
 * The package is pinned by the lockfile, so that a change of these files is a reviewed change of a dependency.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isJsonObject, type JsonValue, parseJsonStrictly } from '../src/encoding/json.ts';

const MAX_SEED_BYTES = 4 * 1024 * 1024;
const REPOSITORY = 'https://tuf-repo-cdn.sigstore.dev';
const directory = fileURLToPath(new URL('../trust-roots/sigstore-public-good/', import.meta.url));

const manifestPath = createRequire(import.meta.url).resolve('@sigstore/tuf/package.json');
const version = member(readJson(manifestPath), 'version');
const seed = member(readJson(join(dirname(manifestPath), 'seeds.json')), REPOSITORY);

const files = {
  'root.json': decode(member(seed, 'root.json')),
  'trusted_root.json': decode(member(member(seed, 'targets'), 'trusted_root.json')),
};
const root = member(
  parseJsonStrictly(files['root.json'], 'root.json', { maxBytes: MAX_SEED_BYTES }),
  'signed',
);

const readme = `# sigstore-public-good

The trust root of the public-good Sigstore instance, embedded so that a verification needs no TUF request.

| file | what | SHA-256 |
|---|---|---|
| \`trusted_root.json\` | certificate authorities, transparency logs, CT logs and timestamp authorities | \`${sha256(files['trusted_root.json'])}\` |
| \`root.json\` | the TUF root (version ${JSON.stringify(member(root, 'version'))}) that signs for the repository's keys | \`${sha256(files['root.json'])}\` |

Origin: the TUF repository ${REPOSITORY}, as carried by \`seeds.json\` of the npm package \`@sigstore/tuf\` ${JSON.stringify(version).slice(1, -1)},
whose integrity is pinned in \`package-lock.json\`. Written by \`npm run trust-roots\`; never edited by hand.
`;

const wanted: Readonly<Record<string, string | Uint8Array>> = { ...files, 'README.md': readme };

if (process.argv.includes('--check')) {
  const stale = Object.entries(wanted).filter(([name, content]) => !isCurrent(name, content));
  for (const [name] of stale)
    console.error(`trust-roots/sigstore-public-good/${name} is not what @sigstore/tuf carries`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  mkdirSync(directory, { recursive: true });
  for (const [name, content] of Object.entries(wanted)) writeFileSync(join(directory, name), content);
}

function isCurrent(name: string, content: string | Uint8Array): boolean {
  try {
    return readFileSync(join(directory, name)).equals(Buffer.from(content));
  } catch {
    return false;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function readJson(path: string): JsonValue {
  return parseJsonStrictly(readFileSync(path), path, { maxBytes: MAX_SEED_BYTES });
}

function member(value: JsonValue | undefined, name: string): JsonValue {
  const found = isJsonObject(value) ? value[name] : undefined;
  if (found === undefined) throw new Error(`@sigstore/tuf carries no ${name}`);
  return found;
}

function decode(base64: JsonValue): Buffer {
  if (typeof base64 !== 'string') throw new Error('@sigstore/tuf carries a seed that is no text');
  return Buffer.from(base64, 'base64');
}
