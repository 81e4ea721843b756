import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { lineProgress } from '../../../src/cli/progress.ts';
import { duration, size } from '../../../src/text/sizes.ts';
import type { ProgressEvent } from '../../../src/progress.ts';

const ARTIFACT = 'kubectl v1.26.4 linux/amd64';

function lines(events: readonly (ProgressEvent & { readonly at?: number })[], verbose = false): string {
  const stream = new PassThrough({ encoding: 'utf8' });
  let now = 0;
  const { report } = lineProgress(
    (line) => stream.write(line),
    { color: false, verbose },
    () => now,
  );
  for (const { at, ...event } of events) {
    now = at ?? now;
    report(event);
  }
  return String(stream.read() ?? '');
}

function check(artifact: string): ProgressEvent {
  return { kind: 'check', artifact, check: 'set', detail: 'fine' };
}

describe('progress in a pipe', () => {
  it.each<[ProgressEvent, string]>([
    [
      { kind: 'retry', url: 'https://dl.k8s.io/x', attempt: 2, reason: 'HTTP 503', delayMs: 1500 },
      'again: attempt 3 in 2 s: HTTP 503 (https://dl.k8s.io/x)\n',
    ],
    [
      { kind: 'next-source', from: 'https://a', to: 'https://b', reason: 'timeout' },
      'next source: https://b, because https://a failed: timeout\n',
    ],
    [check(ARTIFACT), ''],
    [{ kind: 'note', code: 'older-bundle-left', text: 'a\u001b[1m' }, 'note: a\\u001b[1m\n'],
    [{ kind: 'detail', message: 'GET' }, ''],
  ])('%j', (event, expected) => {
    expect(lines([event])).toBe(expected);
  });

  it.each<[ProgressEvent, string]>([
    [
      { kind: 'resolved', requested: 'stable', version: 'v1.36.4', source: 'https://dl.k8s.io' },
      'stable is v1.36.4 (https://dl.k8s.io)\n',
    ],
    [{ kind: 'resume', artifact: ARTIFACT, offset: 12_300_000 }, `${ARTIFACT}: going on after 12.3 MB\n`],
    [{ kind: 'resume', artifact: ARTIFACT, offset: 0 }, `${ARTIFACT}: starting anew\n`],
  ])('tells with --verbose alone: %j', (event, expected) => {
    expect(lines([event])).toBe('');
    expect(lines([event], true)).toBe(expected);
  });

  it('tells details with --verbose', () => {
    expect(lines([{ kind: 'detail', message: 'GET /x' }], true)).toBe('GET /x\n');
  });

  it('names the trusted root with --verbose, and what of it does not count', () => {
    const event: ProgressEvent = {
      kind: 'trusted-root',
      trustedRoot: {
        source: 'embedded',
        tufVersion: 16,
        sha256: 'ab',
        asOf: '2026-10-07T00:00:00Z',
        ignored: ['tlogs[3], which has keyDetails "PKIX_NEWER"'],
      },
    };
    expect(lines([event])).toBe('');
    expect(lines([event], true)).toBe(
      'trusted root: built in, of 2026-10-07\n' +
        'trusted root: left out, since it is not known here: tlogs[3], which has keyDetails "PKIX_NEWER"\n',
    );
  });

  it('tells a download only when it takes long, every thirty seconds', () => {
    const event = { kind: 'download', artifact: ARTIFACT, total: 48_000_000 } as const;
    expect(
      lines([
        { ...event, received: 1, at: 0 },
        { ...event, received: 2, at: 29_999 },
        { ...event, received: 24_000_000, at: 30_000 },
        { ...event, received: 30_000_000, at: 45_000 },
        { ...event, received: 36_000_000, at: 60_000 },
      ]),
    ).toBe(`${ARTIFACT}: 24.0 MB of 48.0 MB\n${ARTIFACT}: 36.0 MB of 48.0 MB\n`);
  });

  it('tells of all that are not done in one line', () => {
    const other = 'kubelet v1.26.4 linux/amd64';
    expect(
      lines([
        { kind: 'download', artifact: ARTIFACT, total: 2_000_000, received: 1, at: 0 },
        { kind: 'download', artifact: other, total: 3_000_000, received: 1_000_000, at: 10 },
        { kind: 'download', artifact: 'done', total: 1, received: 1, at: 20 },
        { kind: 'download', artifact: ARTIFACT, total: 2_000_000, received: 1_000_000, at: 30_000 },
      ]),
    ).toBe(`${ARTIFACT}: 1.0 MB of 2.0 MB; ${other}: 1.0 MB of 3.0 MB\n`);
  });

  it('tells a download of unknown length', () => {
    const event = { kind: 'download', artifact: ARTIFACT } as const;
    expect(
      lines([
        { ...event, received: 5 },
        { ...event, received: 512, at: 30_000 },
      ]),
    ).toBe(`${ARTIFACT}: 512 bytes\n`);
  });
});

it.each([
  [0.0004, '0 ms'],
  [0.25, '250 ms'],
  [89, '89 s'],
  [600, '10 min'],
  [7200, '2.0 h'],
])('%d seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

it.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1.0 kB'],
  [31_400, '31.4 kB'],
  [99_949, '99.9 kB'],
  [100_000, '0.1 MB'],
  [48_037_888, '48.0 MB'],
  [1_073_741_824, '1073.7 MB'],
])('%d bytes are %s', (bytes, text) => {
  expect(size(bytes)).toBe(text);
});
