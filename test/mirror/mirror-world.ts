import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createClient, type OwnedClient, type ProgressEvent } from '../../src/index.ts';
import type { MirrorInput } from '../../src/plan/input.ts';
import type { RunningSigstore } from '#support/local-sigstore';
import type { ReleaseServer } from '#support/release-server';
import type { TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';

export const VERSION = 'v1.30.2';

/** A program that says its name, and no more: nothing else of the sample is looked at. */
export function program(component: string, version: string, platform: string): Buffer {
  return Buffer.from(`#!/bin/sh\necho ${component} ${version} ${platform}\n`.repeat(200));
}

export interface MirrorWorld {
  readonly dir: TempDir;
  /** The mirror's directory. */
  readonly to: string;
  readonly input: MirrorInput;
  readonly client: OwnedClient;
  readonly events: ProgressEvent[];
  /** A file of the mirror. */
  readonly at: (path: string) => string;
  readonly text: (path: string) => string;
  /** What the release server and the log were asked for since the last call. */
  readonly requests: () => readonly string[];
  /** `--mirror`, `--rekor-url` and `--trusted-root`. */
  readonly options: readonly string[];
}

export interface Servers {
  readonly sigstore: RunningSigstore;
  readonly releases: ReleaseServer;
}

/** Publishes a program for each, signed as Kubernetes signs, with the release manifest. */
export async function publish(
  { sigstore, releases }: Servers,
  components: readonly string[] = ['kubectl', 'kubelet'],
  versions: readonly string[] = [VERSION],
  platforms: readonly string[] = ['linux/amd64', 'linux/arm64'],
): Promise<void> {
  for (const version of versions) {
    for (const component of components) {
      for (const platform of platforms) {
        const bytes = program(component, version, platform);
        await releases.publishRelease({ version, platform, component, bytes, sigstore });
      }
    }
  }
}

export async function mirrorWorld(servers: Servers): Promise<MirrorWorld> {
  const { sigstore, releases } = servers;
  const dir = await testDir();
  const events: ProgressEvent[] = [];
  const client = createClient({ retries: 0, report: (event) => events.push(event) });
  const to = dir.join('mirror');
  const { writeFileSync } = await import('node:fs');
  writeFileSync(dir.join('root.json'), sigstore.trustedRoot());
  const network = { sources: [releases.url], rekorUrl: sigstore.rekorUrl };
  let seen = 0;
  let seenLog = 0;
  return {
    dir,
    to,
    client,
    events,
    input: {
      artifacts: [`kubectl@${VERSION}`, `kubelet@${VERSION}`],
      platforms: ['linux/amd64'],
      to,
      ...network,
      trustedRoot: sigstore.trustedRoot(),
    },
    at: (path) => `${to}/${path}`,
    text: (path) => readFileSync(`${to}/${path}`, 'utf8'),
    requests: () => {
      const all = releases.http.requests.map(({ path }) => path);
      const log = sigstore.rekorServer.http.requests.map(({ path }) => path);
      const found = [...all.slice(seen), ...log.slice(seenLog)];
      [seen, seenLog] = [all.length, log.length];
      return found;
    },
    options: [
      '--mirror',
      releases.url,
      '--rekor-url',
      sigstore.rekorUrl,
      '--trusted-root',
      dir.join('root.json'),
    ],
  };
}

export function sha(algorithm: 'sha256' | 'sha512', bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest('hex');
}
