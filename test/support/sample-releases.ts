/** Releases to try things with: small programs that say what they are, signed as Kubernetes signs. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { create } from 'tar';
import type { PublishedFile, ReleaseServer } from './release-server.ts';
import type { World } from './world.ts';

/** What README.md uses, and a newest one. */
export const SAMPLE_VERSIONS = ['v1.26.4', 'v1.30.2', 'v1.31.0'] as const;
export const SAMPLE_PLATFORMS = ['linux/amd64', 'linux/arm64'] as const;
export const SAMPLE_COMPONENTS = ['kubectl', 'kubeadm', 'kubelet'] as const;
/** Below the server, a mirror that changed one file: kubectl of this version. Its side files are the true ones. */
export const CHANGED_MIRROR = '/changed';
export const CHANGED_VERSION: (typeof SAMPLE_VERSIONS)[number] = 'v1.26.4';
/** The newest release is the last one. */
const NEWEST = SAMPLE_VERSIONS[2];

/** Every sample with its checksum files, `.sig` and `.cert`; the client tarball; checksum lists; the markers. */
export async function publishSampleReleases({ releases, sigstore }: World): Promise<void> {
  for (const version of SAMPLE_VERSIONS) {
    for (const platform of SAMPLE_PLATFORMS) {
      for (const component of SAMPLE_COMPONENTS) {
        const bytes = sampleProgram(component, version, platform);
        const file = await releases.publishRelease({ version, platform, component, bytes, sigstore });
        if (version === CHANGED_VERSION && component === 'kubectl') publishChanged(releases, file, bytes);
      }
      const tarball = `kubernetes-client-${platform.replace('/', '-')}.tar.gz`;
      const bytes = await clientTarball(version, platform);
      await releases.publishSigned(`/release/${version}/${tarball}`, { bytes, sigstore });
    }
    await releases.publishSums(version);
    releases.publishMarker(`stable-${minorOf(version)}`, version);
  }
  for (const marker of ['stable', 'stable-1']) releases.publishMarker(marker, NEWEST);
}

function publishChanged(
  releases: ReleaseServer,
  { path, sha256, signed }: PublishedFile,
  bytes: Buffer,
): void {
  const at = `${CHANGED_MIRROR}${path}`;
  releases.publishFile(at, Buffer.concat([bytes, Buffer.from('echo "and something else"\n')]));
  releases.publishFile(`${at}.sha256`, sha256);
  releases.publishFile(`${at}.sig`, signed?.signatureFile ?? '');
  releases.publishFile(`${at}.cert`, signed?.certificateFile ?? '');
}

function minorOf(version: string): string {
  return version.slice(1).split('.').slice(0, 2).join('.');
}

function sampleProgram(component: string, version: string, platform: string): Buffer {
  return Buffer.from(
    `#!/bin/sh\necho "${component} ${version} ${platform} (a sample, not the real ${component})"\n`,
  );
}

/** As Kubernetes lays it out. The same bytes every time. */
async function clientTarball(version: string, platform: string): Promise<Buffer> {
  const directory = mkdtempSync(join(tmpdir(), 'k8s-verify-tarball-'));
  try {
    const kubectl = join(directory, 'kubernetes/client/bin/kubectl');
    mkdirSync(dirname(kubectl), { recursive: true });
    writeFileSync(kubectl, sampleProgram('kubectl', version, platform));
    chmodSync(kubectl, 0o755);
    writeFileSync(join(directory, 'kubernetes/LICENSES'), 'The licenses of a real release are here.\n');
    const pieces: Buffer[] = [];
    const options = { cwd: directory, gzip: true, portable: true, mtime: new Date('2024-06-11T00:00:00Z') };
    for await (const piece of create(options, ['kubernetes'])) pieces.push(Buffer.from(piece));
    return Buffer.concat(pieces);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
