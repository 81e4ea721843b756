import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheDirectory } from '../../src/cli/compiled-code.ts';
import { ROOT } from './packed.ts';

const BIN = path.join(ROOT, 'bin/k8s-verify.js');

describe('where compiled code is cached', () => {
  it.each([
    ['linux', { HOME: '/home/a' }, '/home/a/.cache/k8s-verify/compiled-code'],
    ['linux', { HOME: '/home/a', XDG_CACHE_HOME: '/c' }, '/c/k8s-verify/compiled-code'],
    ['linux', { HOME: '/home/a', XDG_CACHE_HOME: 'relative' }, '/home/a/.cache/k8s-verify/compiled-code'],
    ['linux', { HOME: '/home/a', XDG_CACHE_HOME: '' }, '/home/a/.cache/k8s-verify/compiled-code'],
    ['linux', {}, undefined],
    ['linux', { HOME: '/home/a', NODE_DISABLE_COMPILE_CACHE: '1' }, undefined],
    ['linux', { HOME: '/home/a', NODE_COMPILE_CACHE: '/c' }, '/c/k8s-verify/compiled-code'],
    ['linux', { NODE_COMPILE_CACHE: '/c', NODE_DISABLE_COMPILE_CACHE: '1' }, undefined],
    ['linux', { HOME: '', TMPDIR: '/tmp' }, undefined],
    ['darwin', { HOME: '/Users/a' }, '/Users/a/Library/Caches/k8s-verify/compiled-code'],
    ['darwin', {}, undefined],
    [
      'win32',
      { LOCALAPPDATA: 'C:\\Users\\a\\AppData\\Local' },
      'C:\\Users\\a\\AppData\\Local\\k8s-verify\\compiled-code',
    ],
    ['win32', { HOME: '/home/a', TEMP: 'C:\\Temp' }, undefined],
  ] as const)('%s with %j: %s', (platform, environment, expected) => {
    expect(cacheDirectory(platform, environment)).toBe(expected);
  });
});

function linkTo(target: string, link: string, content: Buffer): void {
  writeFileSync(target, content);
  symlinkSync(target, link);
}

/** Of the environment, what a child process needs to run at all. */
const environment = { SYSTEMROOT: process.env['SYSTEMROOT'] ?? '' };

describe.skipIf(process.platform === 'win32')(
  'the cache of compiled code (POSIX permissions; Windows has none)',
  () => {
    let home: string;
    beforeEach(() => {
      home = mkdtempSync(path.join(tmpdir(), 'k8s-verify-home-'));
    });
    afterEach(() => {
      rmSync(home, { recursive: true });
    });

    const cache = (): string => path.join(home, '.cache/k8s-verify/compiled-code');
    const LIST = ['list', 'v1.30.2'];
    const runList = (): string =>
      execFileSync(process.execPath, [BIN, ...LIST], {
        env: { ...environment, HOME: home },
        encoding: 'utf8',
        timeout: 20_000,
        killSignal: 'SIGKILL',
      });
    const contents = (): Readonly<Record<string, Buffer>> =>
      Object.fromEntries(cached().map((name) => [name, readFileSync(path.join(cache(), name))]));
    const cached = (): readonly string[] => (existsSync(cache()) ? readdirSync(cache()) : []);

    it('is filled in a directory that is private to the user', () => {
      runList();
      expect(cached()).toContainEqual(expect.stringMatching(/^main\.cjs-.*\.code$/));
      expect(statSync(cache()).mode & 0o777).toBe(0o700);
    });

    it('is left as it is by a run that finds all of its code in it', () => {
      runList();
      const before = contents();
      expect(runList()).not.toBe('');
      expect(contents()).toEqual(before);
    });

    it.each([['--version'], ['--help'], ['-h'], ['--help', '--version']])(
      'is not looked for by a run that needs none: %j %j',
      (...words) => {
        const run = spawnSync(process.execPath, [BIN, ...words.filter(Boolean)], {
          env: { ...environment, HOME: home },
          encoding: 'utf8',
        });
        expect(run).toMatchObject({ status: 0, stderr: '' });
        expect(run.stdout).not.toBe('');
        expect(readdirSync(home)).toStrictEqual([]);
      },
    );

    it('grows with the commands that are run', () => {
      runList();
      const before = cached();
      execFileSync(process.execPath, [BIN, 'completion', 'bash'], {
        env: { ...environment, HOME: home },
        encoding: 'utf8',
      });
      expect(cached().length).toBeGreaterThan(before.length);
    });

    it.each([
      ['damaged', (code: Buffer) => code.fill(0xff, code.length / 2, code.length / 2 + 64)],
      ['cut short', (code: Buffer) => code.subarray(0, code.length / 2)],
      ['empty', () => Buffer.alloc(0)],
      ['no code', () => Buffer.from('no code at all')],
    ])('is not believed where it is %s, and is made anew', (_, spoil) => {
      const listed = runList();
      const whole = contents();
      for (const [name, code] of Object.entries(whole)) writeFileSync(path.join(cache(), name), spoil(code));
      expect(runList()).toBe(listed);
      expect(Object.keys(contents())).toEqual(Object.keys(whole));
      for (const code of Object.values(contents())) expect(code.length).toBeGreaterThan(100);
    });

    it.each<readonly [string, (file: string, code: Buffer) => unknown]>([
      ['a pipe that nobody writes to', (file) => execFileSync('mkfifo', [file])],
      ['a link', (file, code) => linkTo(path.join(home, 'elsewhere'), file, code)],
      ['larger than any code', (file) => (writeFileSync(file, ''), truncateSync(file, 2 ** 40))],
      [
        'a file that others can write to',
        (file, code) => (writeFileSync(file, code), chmodSync(file, 0o622)),
      ],
    ])('has %s replaced by a file, unread', (_, put) => {
      const listed = runList();
      const [name = ''] = cached();
      const file = path.join(cache(), name);
      const code = readFileSync(file);
      rmSync(file);
      put(file, code);
      expect(runList()).toBe(listed);
      const { mode, size } = lstatSync(file);
      expect({ mode, size: size < 1e6 }).toEqual({ mode: constants.S_IFREG | 0o600, size: true });
    });

    it('does without a file whose place a directory takes', () => {
      const listed = runList();
      const [name = ''] = cached();
      rmSync(path.join(cache(), name));
      mkdirSync(path.join(cache(), name));
      const before = cached();
      expect(runList()).toBe(listed);
      expect(cached()).toEqual(before);
    });

    it.each([
      ['the directory itself can be written to by others', () => prepare(0o777, 0o700)],
      ['the directory itself is sticky and open to others', () => prepare(0o1777, 0o700)],
      ['the directory itself can be written to by the group', () => prepare(0o770, 0o700)],
      ['a directory above it can be written to by others', () => prepare(0o700, 0o777)],
    ])('is not used where %s', (_, arrange) => {
      arrange();
      expect(runList()).not.toBe('');
      expect(cached()).toStrictEqual([]);
    });

    function prepare(own: number, above: number): void {
      mkdirSync(cache(), { recursive: true });
      chmodSync(cache(), own);
      chmodSync(path.dirname(cache()), above);
    }

    it('is not used where a link leads to a directory that is open to others', () => {
      const open = path.join(home, 'open');
      mkdirSync(open);
      chmodSync(open, 0o777);
      mkdirSync(path.dirname(cache()), { recursive: true });
      symlinkSync(open, cache());
      runList();
      expect(readdirSync(open)).toStrictEqual([]);
    });

    it('is not missed where it cannot be made', () => {
      writeFileSync(path.join(home, '.cache'), 'a file');
      expect(runList()).not.toBe('');
    });

    it.skipIf(!existsSync('/proc/self'))('is not missed in /proc, where nothing can be made (Linux)', () => {
      const run = spawnSync(process.execPath, [BIN, ...LIST], {
        env: { ...environment, XDG_CACHE_HOME: '/proc/nothing' },
        encoding: 'utf8',
        timeout: 20_000,
      });
      expect(run.status).toBe(0);
    });

    it('is not looked for without a home', () => {
      const output = execFileSync(process.execPath, [BIN, ...LIST], {
        env: environment,
        encoding: 'utf8',
      });
      expect(output).not.toBe('');
    });

    it.skipIf(process.getuid?.() !== 0)(
      'is not used by root in the home of another user (as root only)',
      () => {
        mkdirSync(cache(), { recursive: true });
        execFileSync('chown', ['-R', '12345', home]);
        runList();
        expect(cached()).toStrictEqual([]);
      },
    );
  },
);

describe('a Node that is too old', () => {
  const others = ['/usr/bin/node', '/usr/local/bin/node'].filter((file) => existsSync(file));
  const old = others.find((file) => {
    const [major = 99] = execFileSync(file, ['-p', 'process.versions.node'], { encoding: 'utf8' })
      .split('.')
      .map(Number);
    return major < 22;
  });

  it.skipIf(old === undefined)(
    'is told so in one line, with exit code 2 (needs an old Node on the machine)',
    () => {
      const run = spawnSync(old ?? '', [BIN, 'kubectl', 'v1.26.0'], { encoding: 'utf8' });
      expect(run.stderr).toMatch(
        /^k8s-verify needs Node 22\.22\.2, 24\.15\.0, 26 or newer; this is v\d+\.\d+\.\d+\. .*\n$/,
      );
      expect(run.stdout).toBe('');
      expect(run.status).toBe(2);
    },
  );

  it.skipIf(old === undefined)(
    'is told so by the library too, at its first call (needs an old Node on the machine)',
    () => {
      const library = pathToFileURL(path.join(ROOT, 'dist/index.js')).href;
      const program = `
        import { createWorld, K8sVerifyError } from ${JSON.stringify(library)};
        try {
          createWorld();
        } catch (error) {
          console.log(error instanceof K8sVerifyError, error.code, error.message);
        }`;
      const run = spawnSync(old ?? '', ['--input-type=module', '--eval', program], { encoding: 'utf8' });
      expect(run).toMatchObject({ status: 0, stderr: '' });
      expect(run.stdout).toMatch(/^true usage k8s-verify needs another Node than v\d+\.\d+\.\d+\n$/);
    },
  );

  // The first script of a run sees the version that this module gives: the range is held without many Nodes.
  it.each([
    ['10.24.1', 2],
    ['12.22.12', 2],
    ['18.20.8', 2],
    ['20.20.2', 2],
    ['22.22.1', 2],
    ['22.9.0', 2],
    ['23.11.0', 2],
    ['24.14.1', 2],
    ['25.9.0', 2],
    ['22.22.2', 0],
    ['22.23.0', 0],
    ['24.15.0', 0],
    ['26.0.0', 0],
    ['27.1.0', 0],
  ])('%s: exit code %i', (version, code) => {
    const pretend = `data:text/javascript,${encodeURIComponent(
      `Object.defineProperty(process.versions, 'node', { value: '${version}' });`,
    )}`;
    const run = spawnSync(process.execPath, ['--import', pretend, BIN, '--version'], { encoding: 'utf8' });
    expect(run.status).toBe(code);
  });

  it('is the same range as the package asks for', () => {
    const manifest: { readonly engines: { readonly node: string } } = JSON.parse(
      readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
    );
    expect(manifest.engines.node).toBe('^22.22.2 || ^24.15.0 || >=26.0.0');
  });

  it('can parse the first script: it has no syntax that is newer than Node 8', () => {
    const script = readFileSync(BIN, 'utf8').replaceAll(/^(?:#!|\s*\/\/).*$/gm, '');
    expect(script).not.toMatch(/\b(?:const|let|await|async|class)\b|=>|\?\.|\?\?|`/);
  });
});
