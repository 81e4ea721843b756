import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pathNotes } from '../../../src/cli/path-notes.ts';
import { thisPlatform } from '../../../src/cli/success-text.ts';
import type { RunResult } from '../../../src/result.ts';
import { testDir } from '#support/test-dir';
import { anArtifactResult } from './results.ts';

function installedTo(...paths: readonly string[]): RunResult {
  const platform = thisPlatform() ?? 'linux/amd64';
  const artifacts = paths.map((path) => anArtifactResult({ path, platform }));
  return { schemaVersion: 1, artifacts, notes: [] };
}

it.each([
  ['/usr/local/bin:/usr/bin', ['/usr/local/bin/kubectl'], []],
  ['/usr/local/bin/:/usr/bin', ['/usr/local/bin/kubectl'], []],
  ['/usr/bin', ['/home/you/.local/bin/kubectl', '/home/you/.local/bin/kubelet'], ['/home/you/.local/bin']],
  [undefined, ['/a/kubectl'], ['/a']],
])('with PATH %s, %j is noted for %j', (path, files, noted) => {
  const host = { platform: 'linux', env: { PATH: path }, home: '/home/you' };
  const notes = pathNotes(installedTo(...files), host, false).filter(
    ({ code }) => code === 'directory-not-on-path',
  );
  expect(notes.map(({ text }) => text.replace(/ is not on PATH;.*/, ''))).toEqual(noted);
  // A named place is known to the person who named it.
  expect(pathNotes(installedTo(...files), { ...host, env: {} }, true)).toEqual([]);
});

it.each([
  ['/bin/bash', '/home/you/bin', 'For bash, add to ~/.bashrc: export PATH="$HOME/bin:$PATH"'],
  ['/usr/bin/zsh', '/opt/bin', 'For zsh, add to ~/.zshrc: export PATH="/opt/bin:$PATH"'],
  [
    '/usr/bin/fish',
    '/home/you/bin',
    'For fish, add to ~/.config/fish/config.fish: fish_add_path "$HOME/bin"',
  ],
])('the line for %s and %s', (SHELL, directory, line) => {
  const host = { platform: 'linux', env: { SHELL, PATH: '' }, home: '/home/you' };
  expect(pathNotes(installedTo(`${directory}/kubectl`), host, false)).toEqual([
    { code: 'directory-not-on-path', text: `${directory} is not on PATH. ${line}` },
  ]);
});

it.each([
  ['a shell that is not known', { SHELL: '/bin/tcsh' }, '/home/you/bin'],
  ['a directory that needs quotes', { SHELL: '/bin/bash' }, '/home/you/$(rm)/bin'],
])('has no line for %s', (_, env, directory) => {
  const [said] = pathNotes(
    installedTo(`${directory}/kubectl`),
    { platform: 'linux', env, home: '/home/you' },
    false,
  );
  expect(said?.text).toMatch(/is not on PATH; add it, or call the program by its whole path$/);
});

describe.skipIf(process.platform === 'win32')('another program of the same name (needs POSIX)', () => {
  it('is noted where a shell finds it first', async () => {
    const dir = await testDir();
    for (const name of ['first', 'own']) {
      await mkdir(dir.join(name));
      await writeFile(dir.join(name, 'kubectl'), '#!/bin/sh\n');
      await chmod(dir.join(name, 'kubectl'), 0o755);
    }
    const result = installedTo(dir.join('own', 'kubectl'));
    const notes = (...path: readonly string[]): readonly string[] => {
      const env = { PATH: path.join(delimiter) };
      return pathNotes(result, { platform: process.platform, env, home: '/' }, true).map(({ text }) => text);
    };
    expect(notes(dir.join('first'), dir.join('own'))).toEqual([
      `another kubectl comes first on PATH: ${dir.join('first', 'kubectl')}`,
    ]);
    expect(notes(dir.join('own'), dir.join('first'))).toEqual([]);
    // In a directory that was named and is not on PATH, nobody expects a shell to find it.
    expect(notes(dir.join('first'))).toEqual([]);
    await chmod(dir.join('first', 'kubectl'), 0o644);
    expect(notes(dir.join('first'), dir.join('own'))).toEqual([]);
  });
});
