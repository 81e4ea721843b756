import { describe, expect, it } from 'vitest';
import { causesOf, errorText, noteText, resultLine, summaryText } from '../../../src/cli/output-text.ts';
import { UntrustedError } from '../../../src/errors.ts';
import { anArtifactResult } from './results.ts';

const PLAIN = { color: false, verbose: false };
const VERBOSE = { color: false, verbose: true };

describe('errors', () => {
  const error = new UntrustedError('identity-mismatch', 'kubectl v1.26.0 is signed by somebody else', {
    wanted: 'krel-staging',
    found: 'mallory',
    why: 'anybody can have a certificate',
    next: 'do not use the file',
    cause: new Error('outer', { cause: Object.assign(new Error('inner'), { code: 'ECONNRESET' }) }),
  });

  it('say what was expected, found, why it matters, and what to do', () => {
    expect(errorText(error, PLAIN)).toBe(
      [
        'k8s-verify: kubectl v1.26.0 is signed by somebody else',
        '  expected:       krel-staging',
        '  found:          mallory',
        '  why it matters: anybody can have a certificate',
        '  what to do:     do not use the file',
        '',
      ].join('\n'),
    );
  });

  it('have their causes with --verbose', () => {
    expect(errorText(error, VERBOSE)).toMatch(
      /because: {8}Error: outer\n {2}because: {8}Error: inner \[ECONNRESET\]\n$/,
    );
  });

  it('carry no control characters of others', () => {
    const hostile = new UntrustedError('material-malformed', 'bad \u001b[2J', {
      found: 'a\nk8s-verify: all is well',
      cause: new Error('\u001b]0;title\u0007'),
    });
    expect(errorText(hostile, VERBOSE)).not.toMatch(/(?!\n)\p{Cc}/u);
    expect(errorText(hostile, VERBOSE)).not.toMatch(/^k8s-verify: all is well/m);
  });

  it('are coloured only where asked', () => {
    expect(errorText(error, { color: true, verbose: false })).toContain('\u001b[31m');
    expect(errorText(error, PLAIN)).not.toContain('\u001b');
  });

  it('that are bugs say so, and only they show a stack', () => {
    const text = errorText(new TypeError('x is not a function'), PLAIN);
    expect(text).toMatch(/^k8s-verify: this is a bug in k8s-verify; nothing was proved\n/);
    expect(text).toMatch(/TypeError: x is not a function\n\s+at /);
    expect(errorText(error, VERBOSE)).not.toMatch(/^\s+at /m);
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
  it('are a path for a program', () => {
    expect(resultLine(anArtifactResult())).toBe('/usr/local/bin/kubectl\n');
    const { path: _, ...digestOnly } = anArtifactResult();
    expect(resultLine(digestOnly)).toBe(`sha256:${digestOnly.sha256}\n`);
  });

  it('are told to a person in full', () => {
    const result = anArtifactResult();
    const text = summaryText(result, PLAIN);
    expect(text.split('\n')[0]).toBe('kubectl v1.26.4 linux/amd64: verified and installed');
    for (const fact of [
      result.sha256,
      'krel-staging@k8s-releng-prod.iam.gserviceaccount.com (https://accounts.google.com)',
      '2023-04-12T12:26:15.000Z',
      '17866340 of https://rekor.sigstore.dev',
      '/usr/local/bin/kubectl',
    ]) {
      expect(text).toContain(fact);
    }
  });

  it('have notes on a line each', () => {
    expect(noteText('a\u001b[1m', PLAIN)).toBe('note: a\\u001b[1m\n');
  });

  it('are what an archive holds, where that was asked', () => {
    const file = { kind: 'file', bytes: 12, mode: '0755', modified: '2023-04-12T12:13:53.000Z' } as const;
    const directory = { ...file, path: 'a', kind: 'directory', bytes: 0 } as const;
    const members = [directory, { ...file, path: 'a/b\u001b' }];
    expect(resultLine(anArtifactResult({ members }))).toBe(
      [
        '0755            0  2023-04-12T12:13:53.000Z  a/',
        '0755           12  2023-04-12T12:13:53.000Z  a/b\\u001b',
        '',
      ].join('\n'),
    );
  });

  it('say what came out of a tarball, and what of it is proved', () => {
    const fromTarball = {
      name: 'kubernetes-client-linux-amd64.tar.gz',
      sha256: 'b'.repeat(64),
      member: 'c/kubectl',
    };
    const text = summaryText(anArtifactResult({ fromTarball, extracted: { files: 3, bytes: 9 } }), PLAIN);
    expect(text).toContain('kubernetes-client-linux-amd64.tar.gz, c/kubectl');
    expect(text).toContain(`sha256:${'b'.repeat(64)} of the tarball`);
    expect(text).toContain('3 files, 9 bytes');
  });

  it('say that a file was left alone', () => {
    expect(summaryText(anArtifactResult({ outcome: 'already-installed' }), PLAIN)).toMatch(/left alone/);
  });

  it('say how the proof was found with --verbose', () => {
    const evidence = {
      kind: 'log-search',
      log: 'https://rekor.sigstore.dev',
      reason: 'the pair did not fit',
    } as const;
    expect(summaryText(anArtifactResult({ evidence }), VERBOSE)).toMatch(
      /another entry of .*: the pair did not fit/,
    );
    expect(summaryText(anArtifactResult(), PLAIN)).not.toMatch(/evidence/);
  });
});
