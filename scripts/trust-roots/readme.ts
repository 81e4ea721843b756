import { digestOf } from '../../src/strict/digest.ts';
import { PUBLIC_GOOD_TUF_URL } from '../../src/trust/embedded-root.ts';
import { type Origin, type TrustRootFiles } from './trust-root-folder.ts';
import { signedPart, tufRootVersion } from '../../src/trust/tuf-root.ts';

/** The README of the folder: digests and origin of the files next to it. */
export function renderReadme(files: TrustRootFiles, origin: Origin, currentAsOf: Date): string {
  return `# sigstore-public-good

The trust root of the public-good Sigstore instance, embedded so that a verification needs no TUF request.

| file | what | SHA-256 |
|---|---|---|
| \`trusted_root.json\` | certificate authorities, transparency logs, CT logs and timestamp authorities | \`${sha256(files.trusted)}\` |
| \`root.json\` | the TUF root (version ${tufRootVersion(signedPart(files.root))}) that signs for the repository's keys | \`${sha256(files.root)}\` |

Origin: ${originText(origin)} Written by \`npm run trust-roots\`; never edited by hand.

Known to be current as of ${currentAsOf.toISOString().slice(0, 10)} (\`record.json\`): every authority that was trusted then is in it. ${datingText(origin)}
`;
}

function originText(origin: Origin): string {
  switch (origin.kind) {
    case 'package':
      return `the TUF repository ${PUBLIC_GOOD_TUF_URL}, as carried by \`seeds.json\` of the npm package \`@sigstore/tuf\` ${origin.version},
whose integrity is pinned in \`package-lock.json\`.`;
    case 'repository':
      return `the TUF repository ${origin.url}, fetched by way of the root that was here before.
It is newer than the seed of the npm package \`@sigstore/tuf\` ${origin.seedVersion}.`;
  }
}

function datingText(origin: Origin): string {
  return origin.kind === 'repository'
    ? 'It is the day of the fetch.'
    : `It is the day on
which the TUF root was made, or of a later fetch that found the same files: the package took them then or later.`;
}

/** What a README says, as far as it can be understood. */
export interface ReadmeRecord {
  readonly origin: Origin | undefined;
  /** SHA-256 by file name, hex. */
  readonly digests: ReadonlyMap<string, string>;
}

export function readReadme(text: string): ReadmeRecord {
  const rows = text.matchAll(/^\| `([a-z_.]+)` \|.*\| `([0-9a-f]{64})` \|$/gm);
  return {
    origin: readOrigin(text),
    digests: new Map(Array.from(rows, ([, name = '', digest = '']) => [name, digest])),
  };
}

function readOrigin(text: string): Origin | undefined {
  const carried = /as carried by `seeds\.json` of the npm package `@sigstore\/tuf` (\S+),$/m.exec(text)?.[1];
  if (carried !== undefined) return { kind: 'package', version: carried };
  const url = /^Origin: the TUF repository (\S+), fetched /m.exec(text)?.[1];
  const seedVersion = /the seed of the npm package `@sigstore\/tuf` (\S+)\. Written /m.exec(text)?.[1];
  return url === undefined || seedVersion === undefined ? undefined : { kind: 'repository', url, seedVersion };
}

export function sha256(bytes: Uint8Array): string {
  return digestOf(bytes, 'sha256').hex;
}
