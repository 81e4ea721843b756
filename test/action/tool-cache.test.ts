import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ActionWorld, EXE, KUBECTL, startActionWorld, VERSION } from './action-world.ts';
import { snapshot } from '#support/temp-dir';

let world: ActionWorld;
beforeAll(async () => {
  world = await startActionWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

describe('the tool cache', () => {
  it('is filled, and what it holds is proved again by the evidence that was kept, without one request', async () => {
    const { cachedFile, run } = await world.useRunner();
    await run({ version: VERSION });
    expect(readFileSync(cachedFile(), 'utf8')).toContain(VERSION);
    const downloads = world.releases.http.requests.length;
    const lookUps = world.sigstore.rekorServer.http.requests.length;
    const second = await run({ version: VERSION });
    expect(second).toMatchObject({ exitCode: 0 });
    expect(second.stdout).toContain('came from the tool cache, and was proved again');
    expect(second.result?.artifacts[0]?.outcome).toBe('kept');
    expect(readFileSync(second.outputs['kubectl-path'] ?? '', 'utf8')).toContain(VERSION);
    expect(world.releases.http.requests).toHaveLength(downloads);
    expect(world.sigstore.rekorServer.http.requests).toHaveLength(lookUps);
  });

  it.each([
    ['another program', (file: string) => writeFileSync(file, '#!/bin/sh\necho evil\n')],
    [
      'another version, properly signed',
      (file: string) => {
        writeFileSync(file, `#!/bin/sh\necho kubectl v1.29.6\n`);
      },
    ],
    ['an empty file', (file: string) => writeFileSync(file, '')],
  ])('that was poisoned with %s: it is told, not used, and replaced', async (_, poison) => {
    const { cachedFile, run } = await world.useRunner();
    await run({ version: VERSION });
    poison(cachedFile());
    const job = await run({ version: VERSION });
    expect(job).toMatchObject({ exitCode: 0 });
    expect(job.stdout).toMatch(
      /^::warning title=k8s-verify%3A tool cache::what lay there as kubectl v1\.30\.2/m,
    );
    expect(readFileSync(job.outputs['kubectl-path'] ?? '', 'utf8')).toContain(VERSION);
    expect(readFileSync(cachedFile(), 'utf8')).toContain(VERSION);
  });

  it('is no place for further programs: only what was proved comes to PATH', async () => {
    const { cachedFile, run } = await world.useRunner();
    await run({ version: VERSION });
    writeFileSync(path.join(path.dirname(cachedFile()), `git${EXE}`), '#!/bin/sh\necho evil\n');
    const job = await run({ version: VERSION });
    expect(readdirSync(job.path[0] ?? '').toSorted()).toEqual([KUBECTL, `${KUBECTL}.sigstore.json`]);
  });

  it.skipIf(process.platform === 'win32')(
    'with a link in place of the file is not followed (needs symbolic links)',
    async () => {
      const { dir, cachedFile, run } = await world.useRunner();
      await run({ version: VERSION });
      writeFileSync(dir.join('elsewhere'), '#!/bin/sh\necho evil\n');
      execFileSync('rm', [cachedFile()]);
      symlinkSync(dir.join('elsewhere'), cachedFile());
      const job = await run({ version: VERSION });
      expect(job.result?.artifacts[0]?.outcome).toBe('installed');
      expect(readFileSync(dir.join('elsewhere'), 'utf8')).toContain('evil');
    },
  );

  it('says the digest of the poisoned bytes that it held', async () => {
    const { cachedFile, run } = await world.useRunner();
    await run({ version: VERSION });
    writeFileSync(cachedFile(), 'evil');
    const job = await run({ version: VERSION });
    expect(job.stdout).toContain(`sha256:${createHash('sha256').update('evil').digest('hex')}`);
  });

  it.skipIf(process.platform === 'win32')(
    'with a pipe in place of the file or of its bundle is not read for ever (needs mkfifo)',
    async () => {
      for (const suffix of ['', '.sigstore.json']) {
        const { cachedFile, run } = await world.useRunner();
        await run({ version: VERSION });
        execFileSync('rm', [`${cachedFile()}${suffix}`]);
        execFileSync('mkfifo', [`${cachedFile()}${suffix}`]);
        expect(await run({ version: VERSION })).toMatchObject({ exitCode: 0 });
      }
    },
  );

  it('is left alone where the inputs say so', async () => {
    const { dir, run } = await world.useRunner();
    const job = await run({ version: VERSION, cache: 'false' });
    expect(job).toMatchObject({ exitCode: 0 });
    expect(await snapshot(dir.join('tool-cache'))).toEqual({});
  });

  it('that cannot be written to is a warning, no failure', async () => {
    const { dir, run } = await world.useRunner();
    writeFileSync(dir.join('a-file'), '');
    const job = await run({ version: VERSION }, { RUNNER_TOOL_CACHE: dir.join('a-file', 'below') });
    expect(job.stdout).toMatch(
      /^::warning title=k8s-verify%3A tool cache::kubectl v1\.30\.2 could not be kept/m,
    );
    expect(job).toMatchObject({ exitCode: 0 });
    expect(job.path).toHaveLength(1);
  });

  it.skipIf(process.platform !== 'linux')(
    'whose disk denies that its own root is there is a warning, and ends (needs /proc)',
    async () => {
      const { run } = await world.useRunner();
      const job = await run({ version: VERSION }, { RUNNER_TOOL_CACHE: '/proc/nothing' });
      expect(job.stdout).toMatch(
        /^::warning title=k8s-verify%3A tool cache::kubectl v1\.30\.2 could not be kept/m,
      );
      expect(job).toMatchObject({ exitCode: 0 });
    },
  );

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'with a file that cannot be read is as good as empty (needs another user than root)',
    async () => {
      const { cachedFile, run } = await world.useRunner();
      await run({ version: VERSION });
      chmodSync(cachedFile(), 0);
      const job = await run({ version: VERSION });
      expect(job).toMatchObject({ exitCode: 0 });
      expect(job.stdout).toMatch(
        /^::warning title=k8s-verify%3A tool cache::kubectl v1\.30\.2 could not be read/m,
      );
      expect(job.result?.artifacts[0]?.outcome).toBe('installed');
    },
  );
});
