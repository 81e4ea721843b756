/**
 * packaging/install.sh as a release has it, run in places of a local release: a directory and a server on this machine. In
 * the place of an executable of 130 MB is a script that says its version.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packExecutable } from '../../scripts/executable/pack.ts';
import { archiveName, executableName, targetNamed } from '../../scripts/executable/targets.ts';
import { installScript } from '../../scripts/packaging/install-script.ts';
import { readRelease } from '../../scripts/packaging/release.ts';
import { ROOT } from '../package/packed.ts';
import { createLocalSigstore, type LocalSigstore } from '#support/local-sigstore';
import { type ProgramRun, runProgram } from '#support/run-program';
import { createTempDir, snapshot, type TempDir } from '#support/temp-dir';

const VERSION = '0.1.0';
const REPOSITORY = 'OWNER/k8s-verify';
const IDENTITY = `https://github.com/${REPOSITORY}/.github/workflows/release.yml@refs/tags/v${VERSION}`;
const ISSUER = 'https://token.actions.githubusercontent.com';
const TOOLS = ['sh', 'tar', 'xz', 'curl', 'sha256sum', 'openssl', 'zip'] as const;
/** Everything else that the script starts, or that these do. */
const COREUTILS = 'cat chmod cp cut env grep id mkdir mktemp mv rm sed sh uname ldd bash'.split(' ');

function where(program: string): string | undefined {
  const directories = (process.env['PATH'] ?? '').split(path.delimiter);
  return directories.map((directory) => path.join(directory, program)).find(existsSync);
}

const onX64 = process.platform === 'linux' && process.arch === 'x64';
const possible = onX64 && TOOLS.every((tool) => where(tool) !== undefined);

describe.skipIf(!possible)('install.sh (needs Linux x64, xz, zip, curl and openssl)', () => {
  let dir: TempDir;
  let sigstore: LocalSigstore;
  let url: string;
  const linux = targetNamed('linux-x64');
  const ARCHIVE = archiveName(linux);

  beforeAll(async () => {
    dir = await createTempDir();
    sigstore = createLocalSigstore();
    const release = dir.join('release');
    mkdirSync(release);
    writeFileSync(path.join(release, executableName(linux)), `#!/bin/sh\necho ${VERSION}\n`);
    writeFileSync(path.join(release, `${executableName(linux)}.LICENSES.txt`), 'licenses');
    await packExecutable(linux, release);
    const bytes = readFileSync(path.join(release, ARCHIVE));
    writeFileSync(path.join(release, `${ARCHIVE}.sigstore.json`), bundleOf(bytes, IDENTITY));
    const digest = createHash('sha256').update(bytes).digest('hex');
    const others = [
      'k8s-verify-linux-arm64.tar.xz',
      'k8s-verify-darwin-arm64.tar.xz',
      'k8s-verify-win-x64.zip',
      'k8s-verify-0.1.0.tgz',
    ];
    const sums = [`${digest}  ${ARCHIVE}`, ...others.map((name) => `${'0'.repeat(64)}  ${name}`)];
    const template = readFileSync(path.join(ROOT, 'packaging/install.sh'), 'utf8');
    const script = installScript(template, readRelease(sums.join('\n'), VERSION, REPOSITORY));
    writeFileSync(dir.join('install.sh'), script);
    writeFileSync(dir.join('root.json'), sigstore.trustedRoot());
    const server = createServer((request, response) => {
      const file = path.join(release, path.basename(request.url ?? ''));
      if (!existsSync(file)) response.writeHead(404).end();
      else response.end(readFileSync(file));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    return async () => {
      await new Promise((resolve) => server.close(resolve));
      await dir.remove();
    };
  });
  afterAll(() => dir.remove());

  function bundleOf(bytes: Buffer, value: string): string {
    return sigstore.signBlob({ bytes, identity: [{ kind: 'uri', value }], issuer: ISSUER }).bundle('0.3');
  }

  /** A PATH with these programs only; scripts are given by their text. */
  function pathOf(
    name: string,
    tools: readonly string[],
    scripts: Readonly<Record<string, string>> = {},
  ): string {
    const directory = dir.join(`path-${name}`);
    mkdirSync(directory);
    for (const tool of new Set([...COREUTILS, ...tools])) {
      const found = where(tool);
      if (found !== undefined && !(tool in scripts)) symlinkSync(found, path.join(directory, tool));
    }
    for (const [script, text] of Object.entries(scripts)) {
      writeFileSync(path.join(directory, script), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    }
    return directory;
  }

  const run = async (PATH: string, ...args: readonly string[]): Promise<ProgramRun> =>
    runProgram(['/bin/sh', dir.join('install.sh'), ...args], {
      env: { PATH, HOME: dir.join('home') },
      cwd: dir.path,
    });

  /** Verification with the local trusted root, under the name of a program that the script looks for. */
  const verifier = (drop: string): string =>
    `${drop}\nexec '${process.execPath}' '${path.join(ROOT, 'bin/k8s-verify.js')}' verify "$@" --trusted-root '${dir.join('root.json')}' --offline`;

  it.each([
    ['a server with curl and sha256sum', ['curl', 'sha256sum', 'tar', 'xz']],
    ['a server with wget and openssl', ['wget', 'openssl', 'tar', 'xz']],
  ])('installs from %s', async (name, tools) => {
    if (!tools.every((tool) => where(tool) !== undefined)) return;
    const into = dir.join(`from ${name}`);
    const { exitCode, stdout, stderr } = await run(
      pathOf(tools.join('-'), tools),
      '--from',
      url,
      '--dir',
      into,
    );
    expect({ exitCode, stdout, stderr }).toMatchObject({ exitCode: 0, stdout: `${into}/k8s-verify\n` });
    expect(stderr).toContain('the signature was not checked');
    expect(Object.keys(await snapshot(into))).toEqual(['k8s-verify']);
    expect(spawnSync(path.join(into, 'k8s-verify'), { encoding: 'utf8' }).stdout).toBe(`${VERSION}\n`);
  });

  it('checks the signature with cosign where it is, and with an older k8s-verify', async () => {
    const tools = ['sha256sum', 'tar', 'xz'];
    const strict = ['--from', dir.join('release'), '--require-signature'] as const;
    for (const [program, text] of [
      ['cosign', '[ "$1" = verify-blob ] || exit 99\nshift'],
      ['k8s-verify', '[ "$1" = verify ] || exit 99\nshift'],
    ] as const) {
      const PATH = pathOf(`with-${program}`, tools, { [program]: verifier(text) });
      const { exitCode, stderr } = await run(PATH, ...strict, '--dir', dir.join(`by-${program}`));
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      expect(stderr).not.toContain('not checked');
      expect(existsSync(dir.join(`by-${program}`, 'k8s-verify'))).toBe(true);
    }
  });

  it.skipIf(where('cosign') === undefined)(
    'is content with what cosign itself says (needs cosign)',
    async () => {
      const text = `exec '${where('cosign')}' "$@" --trusted-root '${dir.join('root.json')}'`;
      const PATH = pathOf('real-cosign', ['sha256sum', 'tar', 'xz'], { cosign: text });
      const into = dir.join('by-real-cosign');
      const { exitCode, stderr } = await run(
        PATH,
        '--from',
        dir.join('release'),
        '--require-signature',
        '--dir',
        into,
      );
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      expect(stderr).toContain('Verified OK');
    },
  );

  it.each(['cosign', 'k8s-verify'] as const)(
    'refuses the signature of another workflow, as %s does',
    async (program) => {
      const other = dir.join(`other-${program}`);
      cpSync(dir.join('release'), other, { recursive: true });
      const identity = IDENTITY.replace('release.yml', 'other.yml');
      writeFileSync(
        path.join(other, `${ARCHIVE}.sigstore.json`),
        bundleOf(readFileSync(path.join(other, ARCHIVE)), identity),
      );
      const PATH = pathOf(`refusing-${program}`, ['sha256sum', 'tar', 'xz'], {
        [program]: verifier('shift'),
      });
      const { exitCode, stderr } = await run(PATH, '--from', other, '--dir', dir.join(`refused-${program}`));
      expect(exitCode).toBe(1);
      const refusal = {
        cosign: `refused: the signature of ${ARCHIVE} is not proved`,
        'k8s-verify': `refused: k8s-verify does not accept the signature of ${ARCHIVE} (exit code 15)`,
      };
      expect(stderr).toContain(refusal[program]);
      expect(await snapshot(dir.join(`refused-${program}`))).toEqual({});
    },
  );

  describe('where a verifier cannot check, or there are two', () => {
    const tools = ['sha256sum', 'tar', 'xz'];
    const NO_COSIGN = 'echo "Error: unknown bundle" >&2; exit 1';
    const install = async (
      name: string,
      scripts: Readonly<Record<string, string>>,
      env: Readonly<Record<string, string>> = {},
    ): Promise<ProgramRun & { readonly into: string }> => {
      const into = dir.join(`two ${name}`);
      const args = ['--from', dir.join('release'), '--require-signature', '--dir', into];
      const PATH = pathOf(name, tools, scripts);
      const all = { PATH, HOME: dir.join('home'), ...env };
      return {
        ...(await runProgram(['/bin/sh', dir.join('install.sh'), ...args], { env: all, cwd: dir.path })),
        into,
      };
    };

    it('is content with the one that proves it', async () => {
      for (const [name, scripts] of [
        ['an old cosign', { cosign: NO_COSIGN, 'k8s-verify': verifier('shift') }],
        [
          'an old k8s-verify',
          { cosign: verifier('shift'), 'k8s-verify': 'echo "unknown option" >&2; exit 2' },
        ],
      ] as const) {
        const { exitCode, stderr, into } = await install(name, scripts);
        expect({ name, exitCode, stderr }).toMatchObject({ exitCode: 0 });
        expect(existsSync(path.join(into, 'k8s-verify'))).toBe(true);
      }
    });

    it('blames no signature where it was not checked', async () => {
      writeFileSync(
        dir.join('policy.json'),
        JSON.stringify({ schemaVersion: 1, allowed: [{ components: ['kubectl'] }] }),
      );
      for (const [name, scripts, env, message] of [
        ['cosign alone', { cosign: NO_COSIGN }, {}, /cosign did not accept .*, or could not check it/],
        ['no option', { 'k8s-verify': 'exit 2' }, {}, /k8s-verify could not check .* \(exit code 2\)/],
        [
          'no policy',
          { 'k8s-verify': verifier('shift') },
          { K8S_VERIFY_POLICY: '/gone' },
          /could not check .* \(exit code 2\)/,
        ],
        [
          'policy',
          { 'k8s-verify': verifier('shift') },
          { K8S_VERIFY_POLICY: dir.join('policy.json') },
          /is genuine, .* \(exit code 23\)/,
        ],
      ] as const) {
        const { exitCode, stderr, into } = await install(name, scripts, env);
        expect({ name, exitCode, stderr }).toEqual({
          name,
          exitCode: 1,
          stderr: expect.stringMatching(message),
        });
        expect(stderr).not.toContain('does not accept');
        expect(await snapshot(into)).toEqual({});
      }
    });

    it('takes no second opinion on a signature that k8s-verify refuses', async () => {
      const refusing = { cosign: 'exit 0', 'k8s-verify': 'exit 13' };
      const { exitCode, stderr } = await install('refused', refusing);
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr: expect.stringContaining('does not accept'),
      });
    });
  });

  it('installs into no directory that has the name of the program, nor through a link to one', async () => {
    mkdirSync(dir.join('named/k8s-verify'), { recursive: true });
    mkdirSync(dir.join('elsewhere'));
    mkdirSync(dir.join('linked'));
    symlinkSync(dir.join('elsewhere'), dir.join('linked/k8s-verify'));
    const PATH = pathOf('into a directory', ['sha256sum', 'tar', 'xz']);
    for (const into of ['named', 'linked']) {
      const ran = await run(PATH, '--from', dir.join('release'), '--dir', dir.join(into));
      expect(ran).toMatchObject({
        exitCode: 1,
        stdout: '',
        stderr: expect.stringContaining('is a directory'),
      });
      expect(await snapshot(dir.join(into))).toMatchObject({ 'k8s-verify': expect.anything() });
    }
    expect([await snapshot(dir.join('named/k8s-verify')), await snapshot(dir.join('elsewhere'))]).toEqual([
      {},
      {},
    ]);
  });

  it.each<
    [
      string,
      {
        readonly changed?: true;
        readonly tools?: readonly string[];
        readonly scripts?: Readonly<Record<string, string>>;
        readonly args?: readonly string[];
      },
      number,
      RegExp,
    ]
  >([
    ['another archive', { changed: true }, 1, /refused: .* is not what was released/],
    ['an archive that is not there', { args: ['--from', '/nowhere'] }, 1, /cannot get \/nowhere/],
    ['a system without xz', { tools: ['sha256sum', 'tar'] }, 1, /tar needs xz/],
    [
      'a sha256sum that does not work',
      { scripts: { sha256sum: 'exit 1' } },
      1,
      /sha256sum does not work here, so nothing can be checked/,
    ],
    ['a system that can check nothing', { tools: ['tar', 'xz'] }, 1, /so nothing can be checked/],
    [
      'no verifier where the signature is asked for',
      { args: ['--require-signature'] },
      1,
      /neither cosign nor an older/,
    ],
    [
      'a processor without an executable',
      { scripts: { uname: 'case $1 in -s) echo Linux;; *) echo riscv64;; esac' } },
      1,
      /use the npm package/,
    ],
    [
      'an Intel Mac',
      { scripts: { uname: 'case $1 in -s) echo Darwin;; *) echo x86_64;; esac' } },
      1,
      /Darwin on x86_64; use the npm package/,
    ],
    [
      'musl',
      { scripts: { ldd: 'echo "musl libc (x86_64)" >&2; exit 1' } },
      1,
      /needs glibc; use the npm package/,
    ],
    ['an option that is not there', { args: ['--version'] }, 2, /unknown: --version/],
    ['an option without its value', { args: ['--dir'] }, 2, /--dir needs a value/],
  ])(
    'refuses %s, and leaves nothing',
    async (name, { changed, tools = ['sha256sum', 'tar', 'xz'], scripts, args = [] }, code, message) => {
      const from = dir.join(`release for ${name}`);
      cpSync(dir.join('release'), from, { recursive: true });
      if (changed === true) writeFileSync(path.join(from, ARCHIVE), 'another archive');
      const into = dir.join(`into ${name}`);
      mkdirSync(into);
      writeFileSync(path.join(into, 'k8s-verify'), 'the one before');
      chmodSync(path.join(into, 'k8s-verify'), 0o755);
      const before = await snapshot(into);
      const { exitCode, stderr, stdout } = await run(
        pathOf(name, tools, scripts),
        '--dir',
        into,
        '--from',
        from,
        ...args,
      );
      expect({ exitCode, stderr, stdout }).toMatchObject({
        exitCode: code,
        stderr: expect.stringMatching(message),
        stdout: '',
      });
      expect(await snapshot(into)).toEqual(before);
    },
  );

  it('does nothing where the script is cut short', async () => {
    const whole = readFileSync(dir.join('install.sh'), 'utf8');
    const lines = whole.split('\n');
    const into = dir.join('cut');
    for (const count of [20, 60, 110, lines.length - 3]) {
      writeFileSync(dir.join('cut.sh'), lines.slice(0, count).join('\n'));
      spawnSync('/bin/sh', [dir.join('cut.sh'), '--dir', into, '--from', dir.join('release')]);
      expect(existsSync(into)).toBe(false);
    }
  });
});
