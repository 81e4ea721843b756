/** The names of real binaries: each is what it is, and refused under every other version, platform and component. */
import { open } from 'node:fs/promises';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readName } from '../../src/flow/name.ts';
import { bindName } from '../../src/names/bind-name.ts';
import type { ClaimedName } from '../../src/names/claimed-name.ts';
import { forcedArtifact } from '../../src/release/artifact.ts';
import { COMPONENTS } from '../../src/release/component.ts';
import { formatPlatform, PLATFORMS, parsePlatform } from '../../src/release/platform.ts';
import { formatReleaseVersion, parseReleaseVersion } from '../../src/release/version.ts';
import { fileBody } from '#support/http/large-bodies';
import { testServers } from '#support/test-servers';
import { type InstallRun, prepareInstall } from '../stories/support/install-run.ts';
import { REAL_BINARIES, type RealBinary, realFile } from '../../scripts/real-binaries.ts';

interface Coordinates {
  readonly component: string;
  readonly version: string;
  readonly platform: string;
}

const { sigstore, releases } = await testServers();
let run: InstallRun;

beforeEach(async () => {
  // Only what the files say themselves counts here.
  releases.withoutManifest();
  run = await prepareInstall({ sigstore, releases });
});

const BINARIES = COMPONENTS.filter(({ kind }) => kind === 'binary').map(({ name }) => name);

/** What the file could be taken for: its neighbours in version, and every other component and platform. */
function wrongNames(right: Coordinates): readonly Coordinates[] {
  const { major, minor, patch } = parseReleaseVersion(right.version);
  const near = [-3, -2, -1, 0, 1, 2, 3].flatMap((step) =>
    [0, 1, 2, 3, 4, 5, patch + 1].map((one) => `v${major}.${minor + step}.${one}`),
  );
  const candidates = [`${right.version}-rc.0`, `${right.version}-beta.0`, `v${major}.${minor}.0-alpha.1`];
  const versions = new Set([...REAL_BINARIES.map((one) => one.version), ...near, ...candidates]);
  const { component, version: own, platform } = right;
  return [
    ...Array.from(versions, (version) => ({ component, version, platform })),
    ...PLATFORMS.map((other) => ({ component, version: own, platform: formatPlatform(other) })),
    ...BINARIES.map((other) => ({ component: other, version: own, platform })),
  ].filter((one) => one.component !== component || one.version !== own || one.platform !== platform);
}

function verdictOn({ component, version, platform }: Coordinates, claimed: ClaimedName | undefined): string {
  const asked = { component, version: parseReleaseVersion(version), platform: parsePlatform(platform) };
  return bindName(forcedArtifact(asked), '', { claimed }).kind;
}

async function claimOf(path: string): Promise<ClaimedName | undefined> {
  const handle = await open(path);
  try {
    const readAt = async (buffer: Uint8Array, position: number): Promise<number> =>
      (await handle.read(buffer, 0, buffer.length, position)).bytesRead;
    return await readName({ bytes: (await handle.stat()).size, readAt });
  } finally {
    await handle.close();
  }
}

async function publishAs(coordinates: Coordinates, path: string): Promise<void> {
  await releases.publishRelease({ ...coordinates, bytes: fileBody(path), sigstore });
}

describe.each(REAL_BINARIES)('$component $version $platform', (binary: RealBinary) => {
  const { component, version, platform } = binary;
  const right = { component, version, platform };
  let path: string;

  beforeAll(async () => {
    path = await realFile(binary);
  });

  it('says what it is, and is nothing else', async () => {
    const claimed = await claimOf(path);
    expect(claimed).toEqual({
      component,
      version: parseReleaseVersion(version),
      platform: parsePlatform(platform),
    });
    expect(verdictOn(right, claimed)).toBe('bound');
    const wrong = wrongNames(right);
    expect(wrong.length).toBeGreaterThan(60);
    const taken = wrong.filter((one) => verdictOn(one, claimed) !== 'contradicted');
    expect(taken).toEqual([]);
  });

  it('is installed under its own name', async () => {
    await publishAs(right, path);
    const { artifacts } = await run.install({ artifacts: [right] });
    expect(artifacts[0]).toMatchObject({ sha256: binary.sha256, name: { bound: true, by: ['binary'] } });
  });

  it('is refused as the next patch release, and for another platform', async () => {
    const { major, minor, patch } = parseReleaseVersion(version);
    const next = { ...right, version: `v${major}.${minor}.${patch + 1}` };
    const elsewhere = { ...right, platform: platform.startsWith('linux/') ? 'darwin/amd64' : 'linux/amd64' };
    for (const wrong of [next, elsewhere]) {
      await publishAs(wrong, path);
      expect(await run.refused({ artifacts: [wrong] })).toMatchObject({
        code: 'name-mismatch',
        found: `${component} ${formatReleaseVersion(parseReleaseVersion(version))} ${platform}, genuine`,
      });
    }
  });
});
