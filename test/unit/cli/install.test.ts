import { expect, it } from 'vitest';
import { pathNotes } from '../../../src/cli/install.ts';
import type { RunResult } from '../../../src/result.ts';
import { anArtifactResult } from './results.ts';

function installedTo(...paths: readonly string[]): RunResult {
  return { schemaVersion: 1, artifacts: paths.map((path) => anArtifactResult({ path })), notes: [] };
}

it.each([
  ['/usr/local/bin:/usr/bin', ['/usr/local/bin/kubectl'], []],
  ['/usr/local/bin/:/usr/bin', ['/usr/local/bin/kubectl'], []],
  ['/usr/bin', ['/home/you/.local/bin/kubectl', '/home/you/.local/bin/kubelet'], ['/home/you/.local/bin']],
  [undefined, ['/a/kubectl'], ['/a']],
])('with PATH %s, %j is noted for %j', (path, files, noted) => {
  const notes = pathNotes(installedTo(...files), { platform: 'linux', env: { PATH: path } });
  expect(notes.map(({ text }) => text.replace(/ is not on PATH;.*/, ''))).toEqual(noted);
  expect(notes.every(({ code }) => code === 'directory-not-on-path')).toBe(true);
});
