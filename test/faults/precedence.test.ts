/** Which of two failures is told: what is wrong with the artifact matters more than what is wrong with the disk. */
import { describe, expect, it } from 'vitest';
import { snapshot } from '#support/temp-dir';
import { CAN_MOUNT, testDisk } from '#support/test-disk';
import { told } from './expected.ts';
import { binaryOf, PAIR, PLATFORM, startFaultWorld } from './fault-world.ts';

const FORGED = 'v1.32.1';

/** Takes no file at all, so that the disk says no with the first byte. */
function diskWithoutFiles(): string {
  return testDisk('size=64k,nr_inodes=1').path;
}

describe.skipIf(!CAN_MOUNT)('a full disk (needs the right to mount a disk)', () => {
  it('hides no failed proof: its code means that the artifact is proved', async () => {
    await using world = await startFaultWorld();
    const release = { version: FORGED, platform: PLATFORM, component: 'kubectl', sigstore: world.sigstore };
    const sign = { identity: 'somebody@example.com' };
    await world.releases.publishRelease({ ...release, bytes: binaryOf(FORGED), sign });
    // Long after the disk has said no.
    world.releases.http.delay('.sig', 300);
    const directory = diskWithoutFiles();
    const { error } = await world.install({ version: FORGED, directory });
    expect(told(error)).toContain('identity-mismatch: ');
    expect(await snapshot(directory)).toEqual({});
  });

  it('is told where all is proved', async () => {
    await using world = await startFaultWorld();
    const directory = diskWithoutFiles();
    const { error } = await world.install({ version: PAIR, directory });
    expect(told(error)).toContain('disk-full: ');
    expect(await snapshot(directory)).toEqual({});
  });
});
