import { createHash } from 'node:crypto';
import type { PublishedFile } from '#support/release-server';
import type { TestServers } from '#support/test-servers';
import { directory, file, tarGz } from '../../unit/archive/support/tar-writer.ts';

/** What a made-up binary holds: its own name, enough of it that tarballs of several differ. */
export function contentOf(name: string): string {
  return `#!/bin/sh\necho ${name}\n`;
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** A tarball of binaries as Kubernetes lays it out: `kubernetes/<tier>/bin/...`, and licences. */
export function binaryTarball(tier: string, ...binaries: readonly string[]): Buffer {
  return tarGz(
    directory('kubernetes/'),
    directory(`kubernetes/${tier}/`),
    directory(`kubernetes/${tier}/bin/`),
    ...binaries.map((name) => file(`kubernetes/${tier}/bin/${name}`, contentOf(name), 0o755)),
    file('kubernetes/LICENSES', 'licences'),
  );
}

/** Publishes a tarball of v1.30.2, signed. */
export async function publishTarball(
  { releases, sigstore }: TestServers,
  fileName: string,
  bytes: Uint8Array,
): Promise<PublishedFile> {
  return releases.publishSigned(`/release/v1.30.2/${fileName}`, { bytes, sigstore });
}
