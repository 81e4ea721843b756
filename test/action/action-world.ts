/** A runner of GitHub Actions with a local world behind it: releases, a Sigstore, and the action, bundled as it ships. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { formatPlatform, hostPlatform } from '../../src/release/platform.ts';
import { type RunningSigstore, startLocalSigstore } from '#support/local-sigstore';
import { type ReleaseServer, startReleaseServer } from '#support/release-server';
import type { SignOptions } from '#support/sigstore/signing';
import { createTempDir, snapshot, type TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import { ROOT } from '../package/packed.ts';
import { type ActionRun, runAction } from './run-action.ts';

export const VERSION = 'v1.30.2';
export const SIGNER = 'krel-staging@k8s-releng-prod.iam.gserviceaccount.com';
export const PLATFORM: string = formatPlatform(
  hostPlatform({ platform: process.platform, arch: process.arch, endianness: 'LE' }),
);
export const EXE: string = process.platform === 'win32' ? '.exe' : '';
export const KUBECTL: string = `kubectl${EXE}`;

export interface ActionWorld extends AsyncDisposable {
  readonly sigstore: RunningSigstore;
  readonly releases: ReleaseServer;
  /** The path of the local world's trusted root. */
  readonly trustedRoot: string;
  /** Publishes a program that says its name and version, for this machine. */
  publish(component: string, version: string, sign?: SignOptions): Promise<void>;
  /** The SHA-256 of what is published, hex. */
  digest(component: string, version?: string): string;
  /** A new runner, gone at the end of the test. */
  useRunner(): Promise<TestRunner>;
}

/** One runner with its tool cache; each `run` is a job on it. */
export interface TestRunner {
  readonly dir: TempDir;
  readonly cachedFile: (version?: string) => string;
  readonly run: (
    inputs?: Readonly<Record<string, string>>,
    environment?: Readonly<Record<string, string | undefined>>,
    umask?: string,
  ) => Promise<ActionRun>;
}

/** The action as it ships, under `action/`, where no package.json above it could say what kind of module it is. */
export async function buildAction(): Promise<TempDir> {
  const built = await createTempDir();
  execFileSync(process.execPath, ['scripts/build-action.ts', '--out', built.join('action')], { cwd: ROOT });
  writeFileSync(built.join('package.json'), '{}');
  return built;
}

/** kubectl and kubeadm v1.30.2 (`stable`) and kubectl v1.29.6, signed as Kubernetes signs. */
export async function startActionWorld(): Promise<ActionWorld> {
  const built = await buildAction();
  const [sigstore, releases] = await Promise.all([startLocalSigstore(), startReleaseServer()]);
  writeFileSync(built.join('root.json'), sigstore.trustedRoot());
  const digests = new Map<string, string>();
  const world: ActionWorld = {
    sigstore,
    releases,
    trustedRoot: built.join('root.json'),
    async publish(component, version, sign = {}) {
      const bytes = Buffer.from(`#!/bin/sh\necho ${component} ${version}\n`);
      const release = { version, platform: PLATFORM, component, bytes, sigstore, sign };
      const { sha256 } = await releases.publishRelease(release);
      digests.set(`${component} ${version}`, sha256);
    },
    digest: (component, version = VERSION) => digests.get(`${component} ${version}`) ?? '',
    useRunner: () => useRunner(world, built.join('action', 'index.js')),
    async [Symbol.asyncDispose]() {
      await Promise.all([sigstore.close(), releases.close(), built.remove()]);
    },
  };
  for (const component of ['kubectl', 'kubeadm']) await world.publish(component, VERSION);
  await world.publish('kubectl', 'v1.29.6');
  releases.publishMarker('stable', VERSION);
  return world;
}

async function useRunner(world: ActionWorld, action: string): Promise<TestRunner> {
  const dir = await testDir();
  let jobs = 0;
  return {
    dir,
    cachedFile: (version = VERSION) =>
      dir.join('tool-cache', 'kubectl', version.slice(1), process.arch, KUBECTL),
    async run(inputs = {}, environment = {}, umask) {
      jobs += 1;
      const directory = dir.join(`job-${jobs}`);
      mkdirSync(directory, { recursive: true });
      mkdirSync(dir.join('tool-cache'), { recursive: true });
      return runAction(
        { toolCache: dir.join('tool-cache'), directory, action, ...(umask === undefined ? {} : { umask }) },
        {
          mirror: world.releases.url,
          'rekor-url': world.sigstore.rekorUrl,
          'trusted-root': world.trustedRoot,
          ...inputs,
        },
        environment,
      );
    },
  };
}

/** What a tool cache holds besides the directory in which runs keep their evidence. */
export async function toolsIn(cache: string): Promise<readonly string[]> {
  return Object.keys(await snapshot(cache)).filter((name) => name.split('/')[0] !== 'k8s-verify-data');
}

/** Nothing reached the steps after this one, nothing is left behind, and the job's page says why. */
export async function expectNothing(run: ActionRun, dir: TempDir): Promise<void> {
  expect(run.outputs).toEqual({});
  expect(run.path).toEqual([]);
  expect(run.summary).toMatch(/^### ✗ [^\n]+\n\n```text\nk8s-verify: (?:refused|error): /);
  expect(run.summary).toContain(` Exit code ${run.exitCode}\n`);
  for (const job of readdirSync(dir.path).filter((name) => name.startsWith('job-'))) {
    expect(await snapshot(dir.join(job, 'temp'))).toEqual({});
  }
}
