/** Two builds of the same sources, in other directories and surroundings, are the same byte for byte. */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { testDir } from '#support/test-dir';
import { ROOT } from './packed.ts';

const MODULES = path.join(ROOT, 'node_modules');
const BUILT_FROM = ['bin', 'scripts', 'src', 'trust-roots', 'LICENSE', 'package.json', 'action.yml'];

function copyTree(directory: string): void {
  mkdirSync(path.join(directory, 'node_modules'), { recursive: true });
  for (const name of [...BUILT_FROM, 'tsconfig.json', 'tsconfig.build.json']) {
    cpSync(path.join(ROOT, name), path.join(directory, name), { recursive: true });
  }
  const packages = readdirSync(MODULES).filter((name) => !name.startsWith('.'));
  const from = packages.map((name) => path.join(MODULES, name));
  // Not as links to the directories: a package would then have another path. A hard link needs the same disk.
  const to = path.join(directory, 'node_modules');
  const { status } = spawnSync('cp', ['-R', '-l', ...from, to], { stdio: 'ignore' });
  if (status !== 0) execFileSync('cp', ['-R', ...from, to]);
}

/** What `scripts/build-sums.ts` prints in a copy of the tree. */
function sumsIn(directory: string, env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  copyTree(directory);
  return new Promise((resolve, reject) => {
    const options = { cwd: directory, env: { ...process.env, ...env } };
    execFile(process.execPath, ['scripts/build-sums.ts'], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout.trimEnd().split('\n'));
      else reject(new Error(stderr));
    });
  });
}

it.skipIf(process.platform !== 'linux')(
  'builds are the same, byte for byte, wherever and whenever they are made (needs Linux)',
  async () => {
    const dir = await testDir();
    const one = await sumsIn(dir.join('one'), { TZ: 'UTC', LANG: 'C' });
    const two = await sumsIn(dir.join('two', 'deeper'), {
      TZ: 'Asia/Tokyo',
      LANG: 'de_DE.UTF-8',
      SOURCE_DATE_EPOCH: '1',
      HOME: dir.join('home'),
    });
    expect(one).toEqual(two);
    const names = one.map((line) => line.slice(66));
    expect(names).toEqual(expect.arrayContaining(['action/index.js', 'cli/main.cjs', 'index.d.ts']));
  },
);
