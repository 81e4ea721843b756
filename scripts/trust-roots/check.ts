import { basename } from 'node:path';
import { equalBytes } from '../../src/strict/bytes.ts';
import { readRootRecord } from '../../src/trust/root-age.ts';
import { readTrustedRoot } from '../../src/trust/read-trusted-root.ts';
import type { PackageSeed } from './package-seed.ts';
import { readReadme, renderReadme, sha256 } from './readme.ts';
import { readFolder, renderRootRecord, type TrustRootFiles } from './trust-root-folder.ts';
import { signedPart, tufRootVersion } from '../../src/trust/tuf-root.ts';

/**
 * Holds the files of a folder against the digests and the origin that its README records, without a request: files of
 * the package must be what the installed package carries; fetched ones must not have fallen behind it.
 *
 * @returns what is wrong, one sentence each; nothing where all is well.
 * @throws UnavailableError `trust-root-unavailable`, UntrustedError `trusted-root-invalid`
 */
export function checkTrustRoot(folder: string, seed: PackageSeed): readonly string[] {
  const files = readFolder(folder);
  const text = Buffer.from(files.readme).toString('utf8');
  const { origin, digests } = readReadme(text);
  const place = `trust-roots/${basename(folder)}`;
  const unrecorded = contents(files).flatMap(([name, bytes]) =>
    digests.get(name) === sha256(bytes) ? [] : [`${place}/${name} is not what the README records`],
  );
  if (unrecorded.length > 0) return unrecorded;
  if (origin === undefined) return [`${place}/README.md names no origin that is known`];
  readTrustedRoot(files.trusted, { kind: 'file', path: `${place}/trusted_root.json` });
  const record = readRootRecord(files.record);
  if (Buffer.from(files.record).toString('utf8') !== renderRootRecord(record)) {
    return [`${place}/record.json was edited by hand`];
  }
  if (text !== renderReadme(files, origin, record.currentAsOf)) return [`${place}/README.md was edited by hand`];
  if (origin.kind === 'repository') {
    return tufRootVersion(signedPart(seed.files.root)) > tufRootVersion(signedPart(files.root))
      ? [`@sigstore/tuf ${seed.version} carries a newer TUF root than ${place}: run npm run trust-roots`]
      : [];
  }
  if (origin.version !== seed.version) {
    return [`${place}/README.md names @sigstore/tuf ${origin.version}, and ${seed.version} is installed`];
  }
  const carried = new Map(contents(seed.files));
  return contents(files).flatMap(([name, bytes]) =>
    equalBytes(bytes, carried.get(name) ?? new Uint8Array())
      ? []
      : [`${place}/${name} is not what @sigstore/tuf ${seed.version} carries`],
  );
}

function contents({ root, trusted }: TrustRootFiles): readonly (readonly [name: string, Uint8Array])[] {
  return [
    ['root.json', root],
    ['trusted_root.json', trusted],
  ];
}
