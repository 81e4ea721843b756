import { execFileSync } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Invocation, withoutOperands } from '../../../src/cli/invocation.ts';
import { bugSteps, nextSteps } from '../../../src/cli/next.ts';
import { thisPlatform } from '../../../src/cli/success-text.ts';
import { commandText } from '../../../src/cli/words.ts';
import { quoted } from '../../../src/text/quoted.ts';
import { type ErrorCode, type K8sVerifyError, UntrustedError } from '../../../src/errors.ts';
import { EXIT_CODES } from '../../../src/exit-codes.ts';
import { parseRun } from './parse-run.ts';

function invocation(...words: readonly string[]): Invocation {
  return { words, line: parseRun(words), downloaded: false };
}

/** An error of each class with the code; only what the tables read of it. */
function errorOf(code: ErrorCode): K8sVerifyError {
  const details = { next: 'look at it' };
  const found = 'builder@example.com vouched for by https://accounts.google.com';
  // The code decides, whatever the class.
  const error = new UntrustedError('digest-mismatch', 'it is wrong', { ...details, found });
  return Object.defineProperty(error, 'code', { value: code });
}

const CODES = Object.keys(EXIT_CODES).filter((code): code is ErrorCode => code in EXIT_CODES);

/** What a POSIX shell makes of a command: the words after `k8s-verify`. */
function wordsOf(command: string): readonly string[] {
  const script = command.replace(/^(?:sudo )?k8s-verify\b/, String.raw`printf '%s\0'`);
  const printed = execFileSync('sh', ['-c', script], { encoding: 'utf8', env: { HOME: '/home/you' } });
  return printed.split('\0').slice(0, -1);
}

const LINES: readonly (readonly string[])[] = [
  ['kubectl', 'v1.30.2'],
  [
    'install',
    'kubectl@v1.30.2',
    'kubelet',
    '--mirror',
    'https://mirror.example.com',
    '--platform=linux/arm64',
  ],
  ['kubectl', 'v1.30.2', '--mirror=https://mirror.example.com', '--install-dir', "/srv/it's here", '--quiet'],
  [
    'kubectl',
    'v1.30.2',
    '--certificate-identity',
    'you@example.com',
    '--certificate-oidc-issuer',
    'https://issuer.example',
    '--trusted-root',
    'my root.json',
    '--check-sums',
    '--require-name',
    '--sha256',
    'a'.repeat(64),
    '--mirror',
    'https://mirror.example.com',
    '--rekor-url=https://log.example',
  ],
  ['kubernetes-client', 'v1.30.2', '--extract', '--member', 'a', '--member=b', '--trusted-root', 'root.json'],
  ['verify', './kubectl', '--bundle', 'b.json', '--trusted-root=root.json'],
  ['verify', './kubectl', '--key', 'k.pem', '--bundle', 'b.json', '--predicate-type', 'https://slsa.dev/x'],
  ['verify', '/srv/kubelet'],
  ['verify', 'a b.tar.gz', '--extract', '--member', 'x', '--output', 'out'],
  ['verify', '--bundle', 'b.json', '--', '-odd name'],
  ['install', '--mirror', 'https://mirror.example.com', '--', 'kubectl', 'v1.30.2'],
  ['list', 'stable', '--mirror', 'https://mirror.example.com', '--json'],
  ['doctor', '--rekor-url', 'https://log.example'],
];

/** Where files come from and go to, and how much is said. Everything else may say what is checked. */
const FREE: ReadonlySet<string> = new Set([
  'mirror',
  'installDir',
  'output',
  'extract',
  'member',
  'list',
  'json',
  'quiet',
  'verbose',
]);

const TRUST = ['certificateIdentity', 'certificateOidcIssuer', 'trustedRoot', 'tufUrl', 'tufRoot'] as const;

function guards(line: Invocation['line']): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(line?.options ?? {}).filter(([name]) => !FREE.has(name)));
}

/** What a command checks less than the line that failed, and sources that it did not name; nothing is as it should be. */
function weaker(command: string, failed: Invocation): readonly string[] {
  const typed = wordsOf(command);
  if (typed.includes('help') || typed.includes('--help')) return [];
  const line = parseRun(typed);
  const sources = new Set([...(failed.line?.options.mirror ?? []), 'https://dl.k8s.io']);
  const strange = (line.options.mirror ?? []).filter((url) => !sources.has(url));
  if (line.command === 'list' || line.command === 'doctor') return strange;
  // It installs nothing, and what it fetches is judged by the same signer and trusted root.
  if (line.command === 'mirror') {
    const trust = TRUST.map((name) => [line.options[name], failed.line?.options[name]]);
    return trust.every(([own, wanted]) => own === wanted) ? strange : [...strange, command];
  }
  // The released file, where another was verified: all is as it is without options.
  const wanted = line.command === failed.line?.command ? guards(failed.line) : { progress: true };
  return isDeepStrictEqual(guards(line), wanted) ? strange : [...strange, command];
}

describe.each(LINES.map((words) => [words.join(' '), words] as const))('after k8s-verify %s', (_, words) => {
  const failed = invocation(...words);

  it.each(CODES)('%s has a command, which a shell reads and which checks no less', (code) => {
    const steps = nextSteps(errorOf(code), failed);
    const commands = steps.flatMap(({ command }) => (command === undefined ? [] : [command]));
    expect(commands).not.toEqual([]);
    expect(new Set(commands).size).toBe(commands.length);
    expect(commands.flatMap((command) => weaker(command, failed))).toEqual([]);
  });
});

function commandsAfter(code: ErrorCode, ...words: readonly string[]): readonly (string | undefined)[] {
  return nextSteps(errorOf(code), invocation(...words)).map(({ command }) => command);
}

describe('the commands of a failure', () => {
  it.each<[ErrorCode, readonly string[], readonly (string | undefined)[]]>([
    [
      'mirror-incomplete',
      ['kubectl', 'v1.30.2', '--mirror', 'https://m.example'],
      [
        'k8s-verify kubectl v1.30.2 --mirror https://m.example --mirror https://dl.k8s.io',
        `k8s-verify mirror kubectl v1.30.2 --platform ${thisPlatform()} --to DIR`,
      ],
    ],
    [
      'release-not-found',
      ['kubectl@v1.30.99', '--platform', 'linux/arm64'],
      [undefined, 'k8s-verify kubectl@1.30 --platform linux/arm64'],
    ],
    ['release-not-found', ['kubectl', 'v1.37.0-alpha.9'], [undefined, 'k8s-verify kubectl prerelease-1.37']],
    [
      'artifact-not-found',
      ['kubectl', '--platform', 'linux/arm64'],
      [undefined, 'k8s-verify list stable --platform linux/arm64'],
    ],
    [
      'network',
      ['kubectl', '--mirror', 'https://m.example', '--ca-file=my ca.pem', '--json'],
      [
        undefined,
        "k8s-verify doctor --mirror https://m.example '--ca-file=my ca.pem'",
        "k8s-verify kubectl '--ca-file=my ca.pem'",
      ],
    ],
    [
      'disk-full',
      ['kubectl', '--install-dir', "/a b/it's"],
      [undefined, String.raw`k8s-verify kubectl --install-dir '/a b/it'\''s'`],
    ],
    [
      'archive-rejected',
      ['verify', 'a.tar.gz', '--extract', '-o', 'x'],
      [undefined, 'k8s-verify verify a.tar.gz --list'],
    ],
    ['interrupted', ['kubectl', '--quiet'], ['k8s-verify kubectl']],
    ['digest-mismatch', ['verify', './a b'], [undefined, "k8s-verify verify './a b' --verbose"]],
    ['artifact-not-found', ['kubectl', 'v1.30.99'], [undefined, 'k8s-verify list v1.30.99']],
  ])('are of its own line: %s %j', (code, words, expected) => {
    expect(commandsAfter(code, ...words)).toEqual(expected);
  });

  const KUBECTL = { component: 'kubectl', version: 'v1.30.2', platform: 'plan9/arm64' };
  const HERE = [
    '--mirror',
    'https://m.example',
    '--rekor-url=https://log.example',
    '--trusted-root',
    'root.json',
  ];
  const SAME = '--mirror https://m.example --rekor-url=https://log.example --trusted-root root.json';
  const NAMED = 'k8s-verify kubectl v1.30.2 --platform plan9/arm64';

  it.each<[ErrorCode, Partial<K8sVerifyError>, readonly string[], readonly (string | undefined)[]]>([
    [
      'artifact-not-found',
      { found: 'v1.30.14 is the newest of v1.30' },
      ['kubectl', 'v1.30.99'],
      [undefined, 'k8s-verify kubectl 1.30'],
    ],
    [
      'artifact-not-found',
      { subject: KUBECTL },
      ['lock', '--platform', 'plan9/arm64', ...HERE.slice(0, 2)],
      [
        undefined,
        'k8s-verify list v1.30.2 --platform plan9/arm64 --mirror https://m.example',
        'k8s-verify lock --platform plan9/arm64',
      ],
    ],
    ['digest-mismatch', { subject: KUBECTL }, ['verify', 'a', ...HERE], [`${NAMED} ${SAME}`]],
    [
      'digest-mismatch',
      { subject: { ...KUBECTL, platform: 'linux/amd64' } },
      ['verify', 'a', '--as', 'kubectl@v1.30.2:plan9/arm64', ...HERE],
      [`${NAMED} ${SAME}`],
    ],
    [
      'digest-mismatch',
      { next: 'get it' },
      ['verify', 'a', '--key', 'k.pem', '--as', 'kubectl@v1.30.2'],
      [undefined, 'k8s-verify verify a --key k.pem --as kubectl@v1.30.2 --verbose'],
    ],
    [
      'name-mismatch',
      { next: `get the one that you want: ${NAMED}` },
      ['verify', 'a', '--as', 'kubectl@v1.30.2:plan9/arm64', ...HERE],
      [`${NAMED} ${SAME}`],
    ],
    [
      'offline',
      { subject: KUBECTL },
      [
        'verify',
        'a',
        '--offline',
        '--trusted-root',
        'root.json',
        '--require-fresh-trusted-root',
        '--bundle',
        'b',
      ],
      [
        'k8s-verify verify a --trusted-root root.json --require-fresh-trusted-root --bundle b',
        'k8s-verify mirror kubectl v1.30.2 --platform plan9/arm64 --trusted-root root.json --require-fresh-trusted-root --to DIR',
      ],
    ],
    [
      'offline',
      { subject: KUBECTL },
      ['verify', 'a', '--offline', '--as', 'kubectl@v1.30.2'],
      [
        'k8s-verify verify a --as kubectl@v1.30.2',
        'k8s-verify mirror kubectl v1.30.2 --platform plan9/arm64 --to DIR',
      ],
    ],
    [
      'mirror-incomplete',
      { subject: KUBECTL },
      ['digest', 'kubectl', 'v1.30.2', '--mirror', 'https://m.example'],
      [
        'k8s-verify digest kubectl v1.30.2 --mirror https://m.example --mirror https://dl.k8s.io',
        'k8s-verify mirror kubectl v1.30.2 --platform plan9/arm64 --to DIR',
      ],
    ],
    [
      'mirror-incomplete',
      { subject: { component: 'kubernetes-src', version: 'v1.30.2' } },
      ['digest', 'kubernetes-src', 'v1.30.2', '--mirror', 'https://m.example'],
      [
        'k8s-verify digest kubernetes-src v1.30.2 --mirror https://m.example --mirror https://dl.k8s.io',
        'k8s-verify mirror kubernetes-src v1.30.2 --to DIR',
      ],
    ],
    [
      'mirror-incomplete',
      {},
      ['digest', 'kubectl', 'v1.30.2', '--all-platforms', '--mirror', 'https://m.example'],
      [
        'k8s-verify digest kubectl v1.30.2 --all-platforms --mirror https://m.example --mirror https://dl.k8s.io',
        'k8s-verify mirror kubectl v1.30.2 --all-platforms --to DIR',
      ],
    ],
    [
      'mirror-inconsistent',
      { subject: KUBECTL, next: 'fill the mirror again, which fetches what is missing' },
      ['mirror', '--check', 'my k8s', '--trusted-root', 'root.json'],
      [
        "k8s-verify mirror kubectl v1.30.2 --platform plan9/arm64 --trusted-root root.json --to 'my k8s'",
        "k8s-verify mirror --check 'my k8s' --trusted-root root.json",
      ],
    ],
  ])('are of the file that it is about: %s %j %j', (code, details, words, expected) => {
    const error = Object.defineProperties(errorOf(code), Object.getOwnPropertyDescriptors(details));
    expect(nextSteps(error, invocation(...words)).map(({ command }) => command)).toEqual(expected);
  });

  it('fetch no other release into a mirror that is checked where a variable names a server', () => {
    const words = ['mirror', '--check', 'k8s'];
    const line = parseRun(words, { K8S_VERIFY_MIRROR: 'https://m.example' });
    const steps = nextSteps(errorOf('mirror-inconsistent'), { words, line, downloaded: false });
    expect(steps.map(({ command }) => command)).toEqual([undefined, 'k8s-verify mirror --check k8s']);
  });

  it('leave out operands, and not a value that is the same word', () => {
    const left = withoutOperands(
      ['mirror', '--check', 'kubectl', 'kubectl', 'v1.30.2', '--json'],
      ['kubectl', 'v1.30.2'],
    );
    expect(left).toEqual(['mirror', '--check', 'kubectl', '--json']);
  });

  it('repeat the line where nothing better is known, and do not say again that the file must not be used', () => {
    const error = new UntrustedError('log-entry-invalid', 'it is wrong');
    expect(nextSteps(error, invocation('kubectl', 'v1.30.2'))).toEqual([
      { text: 'get it and its signature again', command: 'k8s-verify kubectl v1.30.2' },
      { text: 'see what is wrong on the way', command: 'k8s-verify doctor' },
    ]);
    const [first] = nextSteps(error, invocation('verify', 'a.txt'));
    expect(first?.text).toMatch(/^get the file and its signature again/);
  });

  it.each([
    ['release', 'v1.36.2', '--write', 'proved', '--attest=a.jsonl', '--report', 'r.html'],
    ['scan', 'bin', '--attest', 'a.jsonl', '--report=r.html', '--metrics', 'm.prom', '--', '--report'],
    ['install', 'kubectl', '--attest', 'a.jsonl'],
    ['verify', 'kubectl', '--attest', 'a.jsonl'],
  ])('write no file of the run once more: %s', (...words) => {
    const [step] = nextSteps(errorOf('interrupted'), invocation(...words));
    expect(step?.text).toBe('run it again');
    expect(step?.command).not.toMatch(/proved|a\.jsonl|r\.html|m\.prom/);
    expect(step?.command?.endsWith('-- --report')).toBe(words[0] === 'scan');
  });

  it('name no mirror that a variable names', () => {
    const line = parseRun(['kubectl'], { K8S_VERIFY_MIRROR: 'https://m.example' });
    const steps = nextSteps(errorOf('digest-mismatch'), { words: ['kubectl'], line, downloaded: true });
    expect(steps.map(({ command }) => command)).toEqual(['k8s-verify kubectl --mirror https://dl.k8s.io']);
  });

  it('have no password and no query of a URL', () => {
    const url = 'https://you:hunter2@m.example/k8s';
    for (const code of CODES) {
      const told = JSON.stringify(nextSteps(errorOf(code), invocation('kubectl', '--mirror', url)));
      expect(told).not.toContain('hunter2');
    }
    expect(commandText(['--mirror=https://m.example/x?sig=hunter2'])).toBe(
      "k8s-verify '--mirror=https://m.example/x?...'",
    );
  });

  it('are left out where a word cannot be shown', () => {
    expect(commandsAfter('disk-full', 'kubectl', '--install-dir', '/a\u202eb')).toEqual([undefined]);
  });

  it('lock again in the same lockfile, from the same servers, by the same trust', () => {
    const error = errorOf('lock-outdated').with({ next: 'k8s-verify lock kubelet --platform linux/amd64' });
    const same = ['--lockfile', 'my lock.json', '--mirror=https://m.example', '--trusted-root', 'root.json'];
    const policy = ['--policy', 'policy.json', '--max-trusted-root-age=1d'];
    const [first, then] = nextSteps(
      error,
      invocation('install', 'kubelet', '--platform', 'linux/amd64', ...same, ...policy, '--json'),
    );
    const command = "k8s-verify lock kubelet --platform linux/amd64 --lockfile 'my lock.json'";
    const more =
      '--mirror=https://m.example --trusted-root root.json --policy policy.json --max-trusted-root-age=1d';
    expect(first).toEqual({ text: `${command} ${more}`, command: `${command} ${more}` });
    expect(then?.text).toBe('then');
    // A sentence stays one.
    const [sentence] = nextSteps(errorOf('lock-outdated'), invocation('lock', '--check', ...same));
    expect(sentence).toEqual({ text: 'look at it' });
  });

  it('show a bug in full', () => {
    expect(bugSteps(invocation('kubectl', '-q'))).toMatchObject([
      { command: 'k8s-verify kubectl --verbose' },
    ]);
    expect(bugSteps(invocation('kubectl', '--verbose'))[0]).not.toHaveProperty('command');
    expect(bugSteps({ words: ['x'], line: undefined, downloaded: false })[0]).not.toHaveProperty('command');
  });
});

describe('a word that is shown for a shell', () => {
  it('is the same word in a POSIX shell, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from(' \'"$`\\!*?[]{}()<>|&;#~=:@%^-/.,a0\n\t')) }),
        (word) => {
          const printed = execFileSync('sh', ['-c', String.raw`printf '%s\0' ` + quoted(word, 'linux')], {
            encoding: 'utf8',
            env: { HOME: '/home/you' },
          });
          expect(printed).toBe(`${word}\0`);
        },
      ),
      { numRuns: 100 },
    );
  });

  it.each([
    ['kubectl', 'kubectl'],
    ['--install-dir', '--install-dir'],
    [String.raw`C:\bin\kubectl.exe`, String.raw`C:\bin\kubectl.exe`],
    ["it's", "'it''s'"],
    ['it\u2019s', "'it\u2019\u2019s'"],
    ['a b', "'a b'"],
    ['a,b', "'a,b'"],
    ['@x', "'@x'"],
    ['--mirror=https://m.example', "'--mirror=https://m.example'"],
    ['$env:HOME', "'$env:HOME'"],
    ['', "''"],
  ])('is quoted for PowerShell on Windows: %s', (word, expected) => {
    expect(quoted(word, 'win32')).toBe(expected);
  });
});
