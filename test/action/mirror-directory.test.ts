/** The input mirror may name a directory of the workspace, and none outside it. */
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ActionWorld,
  expectNothing,
  KUBECTL,
  PLATFORM,
  startActionWorld,
  type TestRunner,
  VERSION,
} from './action-world.ts';

let world: ActionWorld;
beforeAll(async () => {
  world = await startActionWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const PATH = `release/${VERSION}/bin/${PLATFORM}/${KUBECTL}`;

function fill(directory: string): void {
  const bytes = Buffer.from(`#!/bin/sh\necho kubectl ${VERSION}\n`);
  mkdirSync(dirname(`${directory}/${PATH}`), { recursive: true });
  writeFileSync(`${directory}/${PATH}`, bytes);
  writeFileSync(`${directory}/${PATH}.sigstore.json`, world.sigstore.signBlob({ bytes }).bundle('0.3'));
}

/** The workspace of a runner's only job. */
const WORKSPACE = 'job-1/workspace';

/** A mirror in the workspace, and the same outside it. */
async function runnerWithMirrors(): Promise<TestRunner> {
  const runner = await world.useRunner();
  fill(runner.dir.join(WORKSPACE, 'mirror'));
  cpSync(runner.dir.join(WORKSPACE, 'mirror'), runner.dir.join('outside'), { recursive: true });
  return runner;
}

const inputs = { version: VERSION, 'require-name': 'false', cache: 'false' };

describe('a mirror directory of the action', () => {
  it.each([
    ['by its name', () => 'mirror'],
    ['by a link of the workspace', () => './link'],
    ['by its path', (dir: string) => `${dir}/${WORKSPACE}/mirror`],
  ])('is one of the workspace, %s', async (_, mirrorOf) => {
    const { run, dir } = await runnerWithMirrors();
    symlinkSync('mirror', dir.join(WORKSPACE, 'link'));
    const job = await run({ ...inputs, mirror: mirrorOf(dir.path), 'rekor-url': 'http://127.0.0.1:1' });
    expect(job.stdout).not.toContain('::error');
    expect(job.exitCode).toBe(0);
  });

  it.each([
    ['by an absolute path', (dir: string) => `${dir}/outside`],
    ['by ..', () => '../../outside'],
    ['by a link', () => 'link-out'],
    ['by a link on the way', () => 'links/outside'],
  ])('is refused outside it, %s', async (_, mirrorOf) => {
    const { run, dir } = await runnerWithMirrors();
    symlinkSync(dir.join('outside'), dir.join(WORKSPACE, 'link-out'));
    symlinkSync(dir.path, dir.join(WORKSPACE, 'links'));
    const job = await run({ ...inputs, mirror: mirrorOf(dir.path), 'rekor-url': 'http://127.0.0.1:1' });
    expect(job.exitCode).toBe(2);
    expect(job.stdout).toContain('not a directory of the workspace');
    await expectNothing(job, dir);
  });

  it('does not lead out of it by a file either', async () => {
    const { run, dir } = await world.useRunner();
    fill(dir.join('outside'));
    mkdirSync(dir.join(WORKSPACE, 'mirror'), { recursive: true });
    symlinkSync(dir.join('outside/release'), dir.join(WORKSPACE, 'mirror/release'));
    const job = await run({ ...inputs, mirror: 'mirror', 'rekor-url': 'http://127.0.0.1:1' });
    expect(job.exitCode).toBe(4);
    expect(job.stdout).toContain('it leads out of');
    await expectNothing(job, dir);
  });
});
