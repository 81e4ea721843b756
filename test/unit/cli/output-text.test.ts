import { describe, expect, it } from 'vitest';
import { causesOf } from '../../../src/cli/causes.ts';
import { errorText } from '../../../src/cli/error-text.ts';
import { memberLines, noteText, pathLine, verdictLine } from '../../../src/cli/output-text.ts';
import { note } from '../../../src/notes.ts';
import { successText, thisPlatform } from '../../../src/cli/success-text.ts';
import { InterruptedError, RequestError, UnavailableError, UntrustedError } from '../../../src/errors.ts';
import type { ArtifactResult } from '../../../src/result.ts';
import { anArtifactResult } from './results.ts';
import { invocationOf } from './parse-run.ts';

const PLAIN = { color: false, verbose: false };
const VERBOSE = { color: false, verbose: true };
const TERMINAL = { ...PLAIN, terminal: { columns: 80, unicode: true } };
const SIGNER = 'krel-staging@k8s-releng-prod.iam.gserviceaccount.com';

describe('errors', () => {
  const error = new UntrustedError('identity-mismatch', './kubectl was signed by another identity', {
    wanted: `${SIGNER} vouched for by https://accounts.google.com`,
    found: 'builder@example.com vouched for by https://accounts.google.com',
    why: 'a signature proves who signed; anyone can sign in their own name',
    next: 'do not use the file',
    cause: new Error('outer', { cause: Object.assign(new Error('inner'), { code: 'ECONNRESET' }) }),
  });
  const typed = invocationOf('verify ./kubectl');

  it('say what was wanted and found, why, what to do and what the disk is like', () => {
    expect(errorText(error, TERMINAL, typed)).toBe(
      [
        'k8s-verify: refused: ./kubectl was signed by another identity',
        `  wanted ${SIGNER}`,
        '         vouched for by https://accounts.google.com',
        '  found  builder@example.com vouched for by https://accounts.google.com',
        '  why    a signature proves who signed; anyone can sign in their own name',
        '  next   get the released file: k8s-verify kubectl VERSION',
        '         or, if you trust builder@example.com: k8s-verify help trust',
        'Do not use ./kubectl. Exit code 15 (k8s-verify help 15)',
        '',
      ].join('\n'),
    );
  });

  it('have one fact on one line in a pipe', () => {
    expect(errorText(error, PLAIN, typed)).toContain(
      `\n  wanted ${SIGNER} vouched for by https://accounts.google.com\n`,
    );
  });

  it.each([
    ['kubectl v1.30.2 --mirror https://m.example', 'k8s-verify kubectl v1.30.2'],
    ['kubectl v1.30.2 --mirror=https://m.example --json', 'k8s-verify kubectl v1.30.2'],
    ["kubectl v1.30.2 --mirror https://m.example -o 'a b'", "k8s-verify kubectl v1.30.2 -o 'a b'"],
  ])('end with the command that was typed, without what was at fault: %s', (words, command) => {
    const tampered = new UntrustedError('digest-mismatch', 'kubectl is not the file that was signed');
    expect(errorText(tampered, PLAIN, invocationOf(words))).toContain(
      `\n  next   take it from its source: ${command}\nDo not use this file. Nothing was installed. Exit code 12`,
    );
  });

  it.each([
    ['kubectl v1.30.2', 'Nothing was learnt about kubectl v1.30.2, and nothing was installed.\nExit code 4'],
    ['verify ./kubectl', 'Nothing was learnt about ./kubectl. Exit code 4'],
  ])('say that nothing was learnt: %s', (words, last) => {
    const outage = new UnavailableError('log-unreachable', 'the public log gave no usable answer');
    const text = errorText(outage, TERMINAL, invocationOf(words));
    expect(text).toMatch(/^k8s-verify: error: the public log/);
    expect(text).toContain(last);
  });

  it('count what was asked for where it is several', () => {
    const tampered = new UntrustedError('digest-mismatch', 'kubectl is not the file that was signed');
    expect(errorText(tampered, PLAIN, invocationOf('kubeadm kubelet kubectl v1.30.2'))).toContain(
      'None of the 3 was installed.',
    );
  });

  it('leave out this platform on a terminal, and nothing in a pipe', () => {
    const message = `kubectl v1.30.2 ${thisPlatform()} is not the file that Kubernetes signed`;
    const tampered = new UntrustedError('digest-mismatch', message);
    expect(errorText(tampered, PLAIN)).toContain(message);
    expect(errorText(tampered, TERMINAL)).toContain('refused: kubectl v1.30.2 is not the file');
  });

  it('say nothing twice', () => {
    const failed = new UnavailableError('network', 'could not fetch it: refused (https://a)', {
      found: 'refused',
      from: 'https://a',
    });
    expect(errorText(failed, PLAIN)).toBe(
      'k8s-verify: error: could not fetch it\n  found  refused\n  from   https://a\nExit code 4 (k8s-verify help 4)\n',
    );
  });

  it('have their causes with --verbose', () => {
    expect(errorText(error, VERBOSE, typed)).toContain(
      '\n  cause  Error: outer\n  cause  Error: inner [ECONNRESET]\n',
    );
  });

  it('carry no control characters of others', () => {
    const hostile = new UntrustedError('material-malformed', 'bad \u001b[2J', {
      found: 'a\nk8s-verify: all is well',
      from: 'https://a\u001b[2J',
      cause: new Error('\u001b]0;title\u0007'),
    });
    for (const style of [VERBOSE, { ...TERMINAL, verbose: true }]) {
      expect(errorText(hostile, style)).not.toMatch(/(?!\n)\p{Cc}/u);
      expect(errorText(hostile, style)).not.toMatch(/^k8s-verify: all is well/m);
    }
  });

  it('are coloured only where asked', () => {
    expect(errorText(error, { color: true, verbose: false })).toContain('\u001b[31mk8s-verify: refused:');
    expect(errorText(error, PLAIN)).not.toContain('\u001b');
  });

  it('that are bugs say so, and show a stack with --verbose alone', () => {
    const bug = new TypeError('x is not a function');
    expect(errorText(bug, PLAIN)).toMatch(
      /^k8s-verify: error: this is a bug in k8s-verify; nothing was proved\n {2}found {2}TypeError: x is not a function\n {2}next {3}run it again with --verbose/,
    );
    expect(errorText(bug, PLAIN)).not.toMatch(/^\s+at /m);
    expect(errorText(bug, VERBOSE)).toMatch(/^\s+at /m);
    expect(errorText(error, VERBOSE)).not.toMatch(/^\s+at /m);
  });

  it('have neither label nor code where the user interrupted', () => {
    expect(errorText(new InterruptedError('interrupted; nothing was installed'), PLAIN)).toBe(
      'k8s-verify: interrupted; nothing was installed\n',
    );
  });

  it('name the list of names for a name that is not in it', () => {
    const unknown = new RequestError('component-unknown', 'there is no component "kubetcl"', {
      next: 'k8s-verify kubectl v1.30.2',
    });
    expect(errorText(unknown, PLAIN)).toBe(
      'k8s-verify: error: there is no component "kubetcl"\n  next   k8s-verify kubectl v1.30.2\nExit code 3; all names: k8s-verify list v1.36.0 --all\n',
    );
  });

  it('end a circle of causes', () => {
    const circular = new Error('round');
    circular.cause = new Error('and', { cause: circular });
    expect(causesOf(circular)).toEqual(['Error: and']);
  });

  it('name every error of a failed connection', () => {
    const both = new AggregateError([new Error('IPv6 refused'), new Error('IPv4 refused')]);
    expect(causesOf(new Error('x', { cause: both }))).toEqual(['Error: IPv6 refused; Error: IPv4 refused']);
  });
});

describe('results', () => {
  const own = anArtifactResult({ platform: thisPlatform() ?? '' });

  it('are a path for a program', () => {
    expect(pathLine(own)).toBe('/usr/local/bin/kubectl\n');
    const { path: _, ...digestOnly } = own;
    expect(pathLine(digestOnly)).toBe(`sha256:${digestOnly.sha256}\n`);
  });

  it('of verify are fields for a program, with what is not known left empty', () => {
    const { component: _, version: _v, platform: _p, ...file } = own;
    expect(verdictLine(file)).toBe(`genuine\t/usr/local/bin/kubectl\t\t\t\t${own.sha256}\n`);
    expect(verdictLine(anArtifactResult())).toBe(
      `genuine\t/usr/local/bin/kubectl\tkubectl\tv1.26.4\tlinux/amd64\t${own.sha256}\n`,
    );
  });

  it('never says of a verified file that it is genuine, and no more', () => {
    const {
      component: _c,
      version: _v,
      platform: _p,
      ...nameless
    } = anArtifactResult({ outcome: 'verified' });
    const told = (change: Partial<ArtifactResult>): string =>
      successText([{ ...nameless, ...change }], PLAIN);
    const place = '/usr/local/bin/kubectl is genuine';
    expect(told({})).toMatch(new RegExp(`^${place}, name unknown; signed `));
    const named = { component: 'kubelet', version: 'v1.30.2', platform: 'linux/arm64' };
    expect(told(named)).toMatch(new RegExp(`^${place}: kubelet v1\\.30\\.2 linux/arm64; `));
    expect(told({ component: 'kubelet', platform: 'linux/arm64' })).toMatch(
      new RegExp(`^${place}: kubelet, version unknown, linux/arm64; `),
    );
    const containerImage = { reference: 'registry.k8s.io/kube-proxy', digest: `sha256:${'c'.repeat(64)}` };
    expect(told({ containerImage })).toContain(
      `${place}: the payload of a container image's signature, for registry.k8s.io/kube-proxy@sha256:ccc`,
    );
  });

  it('says of an installed file that nothing names it', () => {
    const unbound = anArtifactResult({ name: { bound: false, by: [] } });
    expect(successText([unbound], PLAIN)).toContain(
      '; nothing that is signed says that it is kubectl v1.26.4\n',
    );
    const bound = anArtifactResult({ name: { bound: true, by: ['binary'] } });
    expect(successText([bound], PLAIN)).not.toContain('nothing that is signed');
  });

  it('are one line a file and one for the signer', () => {
    expect(successText([own], TERMINAL)).toBe(
      `✓ installed kubectl v1.26.4 as /usr/local/bin/kubectl\n  signed 2023-04-12 by ${SIGNER}\n`,
    );
    expect(successText([own], TERMINAL, new Map([['v1.26.4', 'stable']]))).toContain('v1.26.4 (stable) as');
    expect(successText([anArtifactResult()], PLAIN)).toBe(
      `installed kubectl v1.26.4 linux/amd64 as /usr/local/bin/kubectl; signed 2023-04-12 by ${SIGNER}\n`,
    );
  });

  it('of several have their signer once', () => {
    const replaced = { ...own, component: 'kubelet', outcome: 'replaced', previous: 'v1.25.0' } as const;
    expect(successText([replaced, { ...own, outcome: 'kept' }], TERMINAL)).toBe(
      '✓ replaced kubelet v1.25.0 with v1.26.4 in /usr/local/bin/kubectl\n' +
        '✓ kept kubectl v1.26.4, already in /usr/local/bin/kubectl\n' +
        `  all signed by ${SIGNER}\n`,
    );
    expect(successText([replaced], PLAIN, new Map([['v1.26.4', 'stable']]))).toMatch(
      /^replaced kubelet v1\.25\.0 with v1\.26\.4 \(stable\) \S+ in \/usr\/local\/bin\/kubectl; signed /,
    );
    expect(successText([{ ...replaced, previous: 'v1.26.4' }], TERMINAL)).toMatch(
      /^✓ replaced \/usr\/local\/bin\/kubectl with kubelet v1\.26\.4\n/,
    );
    expect(successText([{ ...own, outcome: 'replaced' }], TERMINAL)).toMatch(
      /^✓ replaced \/usr\/local\/bin\/kubectl with kubectl v1\.26\.4\n/,
    );
  });

  it('have ASCII symbols where a terminal knows no others', () => {
    const ascii = { ...PLAIN, terminal: { columns: 80, unicode: false } };
    expect(successText([own], ascii)).toMatch(/^ok installed kubectl /);
  });

  it('have notes on a line each', () => {
    expect(noteText(note('older-bundle-left', 'a\u001b[1m'), PLAIN)).toBe('note: a\\u001b[1m\n');
    expect(noteText(note('older-bundle-left', 'a note'), TERMINAL)).toBe('! a note\n');
  });

  it('are what an archive holds, where that was asked', () => {
    const file = { kind: 'file', bytes: 12, mode: '0755', modified: '2023-04-12T12:13:53.000Z' } as const;
    const directory = { ...file, path: 'a', kind: 'directory', bytes: 0 } as const;
    const members = [directory, { ...file, path: 'a/b\u001b' }];
    const lines = [
      '0755            0  2023-04-12T12:13:53.000Z  a/',
      '0755           12  2023-04-12T12:13:53.000Z  a/b\\u001b',
      '',
    ].join('\n');
    expect(memberLines(members)).toBe(lines);
    expect(verdictLine(anArtifactResult({ members }))).toBe(lines);
  });

  it('say what came out of a tarball, and what the records of the release say', () => {
    const fromTarball = {
      name: 'kubernetes-client-linux-amd64.tar.gz',
      sha256: 'b'.repeat(64),
      member: 'c/kubectl',
    };
    const record = {
      source: 'SHA256SUMS',
      from: 'https://dl.k8s.io',
      outcome: 'agrees',
      proved: false,
      compared: ['sha256'],
    } as const;
    const text = successText(
      [{ ...own, fromTarball, crossChecks: [{ ...record, detail: 'agrees' }] }],
      TERMINAL,
    );
    expect(text).toContain('\n  out of kubernetes-client-linux-amd64.tar.gz, which is what was signed\n');
    expect(text).toContain('\n  SHA256SUMS at https://dl.k8s.io: agrees\n');
  });

  it('never call a statement genuine', () => {
    const attested = anArtifactResult({ claim: 'attested', outcome: 'verified', predicateType: 'x' });
    expect(successText([attested], TERMINAL)).toMatch(
      /^✓ kubectl v1\.26\.4.* is attested by a signed statement/,
    );
    expect(successText([attested], TERMINAL)).not.toContain('genuine');
    expect(verdictLine(attested)).toMatch(/^attested\t/);
  });

  it('say how the proof was found with --verbose', () => {
    const evidence = {
      kind: 'log-search',
      log: 'https://rekor.sigstore.dev',
      reason: 'the pair did not fit',
    } as const;
    const text = successText([{ ...own, evidence }], { ...TERMINAL, verbose: true });
    expect(text).toMatch(/^kubectl v1\.26\.4 \S+\n {2}✓ file {9}as it should be\n/);
    expect(text).toMatch(/\n {2}evidence {7}another entry of .*:/);
    expect(
      text
        .split('\n')
        .slice(1, 12)
        .map((line) => line.search(/(?<=^.{16} )\S/)),
    ).toEqual(Array.from({ length: 11 }, () => 17));
    expect(successText([own], TERMINAL)).not.toMatch(/evidence/);
  });

  it.each<readonly [string, ArtifactResult['name'], string | undefined]>([
    [
      'the release manifest',
      { bound: true, by: ['release-manifest'], manifestSha256: 'c'.repeat(64) },
      '✓ name         kubernetes-release.spdx of v1.26.4, itself proved, lists it',
    ],
    [
      'the file and a demand',
      { bound: true, by: ['binary', 'sha256'] },
      '✓ name         the file says it itself; you demanded its digest',
    ],
    ['nothing', { bound: false, by: [] }, '- name         nothing signed says what the file is'],
    ['that there is no name', undefined, undefined],
  ])('say what binds the name with --verbose: %s', (_, name, line) => {
    const { name: _of, ...nameless } = own;
    const named = name === undefined ? nameless : { ...nameless, name };
    const lines = successText([named], { ...TERMINAL, verbose: true }).split('\n');
    expect(lines.filter((one) => / name {9}/.test(one))).toEqual(line === undefined ? [] : [`  ${line}`]);
  });
});
