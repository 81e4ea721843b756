import { describe, expect, it } from 'vitest';
import { describeChange, differenceOf } from '../../../src/trust/difference.ts';
import type { TrustedRootJson } from '#support/sigstore/trusted-root';
import { newLog, present, publicGood, trusted } from '../../trust-roots/public-good.ts';

const REKOR = 'https://rekor.sigstore.dev';
const FULCIO = 'https://fulcio.sigstore.dev';
const END = '2027-01-01T00:00:00Z';

function kinds(change: (root: TrustedRootJson) => void): readonly string[] {
  return differenceOf(trusted(publicGood()), trusted(publicGood(change))).map(({ kind }) => kind);
}

const otherKey = (): { rawBytes: string; keyDetails: string; validFor?: object } => newLog('x').publicKey;

/** The key of the first log a second time, for a time before. */
function twice(end: string): (root: TrustedRootJson) => void {
  return (root) => {
    const log = present(root.tlogs[0]);
    const publicKey = { ...log.publicKey, validFor: { start: '2020-01-01T00:00:00Z', end } };
    root.tlogs.unshift({ ...log, publicKey });
  };
}

describe('the difference of two trusted roots', () => {
  it.each<[string, (root: TrustedRootJson) => void, readonly string[]]>([
    ['nothing', () => {}, []],
    ['the order', (root) => void (root.tlogs = root.tlogs.toReversed()), []],
    ['a new log', (root) => void root.tlogs.push(newLog('https://log2027-1.example')), ['appears']],
    ['a new log at the place of one that stays', (root) => void root.tlogs.push(newLog(REKOR)), ['appears']],
    ['a new CT log', (root) => void root.ctlogs.push(newLog('https://ctfe.example/2027')), ['appears']],
    [
      'a log that ends',
      (root) => {
        present(root.tlogs[0]?.publicKey.validFor).end = END;
      },
      ['ends'],
    ],
    [
      'a rotation: one ends, another one appears',
      (root) => {
        present(root.ctlogs[1]?.publicKey.validFor).end = END;
        root.ctlogs.push(newLog('https://ctfe.example/2027'));
      },
      ['ends', 'appears'],
    ],
    [
      'an end that moves',
      (root) => {
        present(root.certificateAuthorities[0]?.validFor).end = END;
      },
      ['changes'],
    ],
    [
      'an end that is taken back',
      (root) => {
        delete present(root.certificateAuthorities[0]?.validFor).end;
      },
      ['changes'],
    ],
    [
      'a start that moves, with an end',
      (root) => {
        present(root.timestampAuthorities[0]).validFor = { start: '2020-01-01T00:00:00Z', end: END };
      },
      ['ends', 'changes'],
    ],
    [
      'another URL of the same key',
      (root) => {
        present(root.tlogs[0]).baseUrl = 'https://elsewhere.example';
      },
      ['changes'],
    ],
    ['a log that is gone', (root) => void root.tlogs.pop(), ['gone']],
    ['an authority that is gone', (root) => void root.timestampAuthorities.pop(), ['gone']],
    [
      'an authority gone, whose neighbour at the same place stays',
      (root) => void root.certificateAuthorities.shift(),
      ['gone'],
    ],
    [
      'another key under the same log ID',
      (root) => {
        const log = present(root.tlogs[0]);
        log.publicKey = { ...log.publicKey, ...otherKey() };
      },
      ['key-replaced', 'appears'],
    ],
    [
      'another key and log ID at the same place',
      (root) => void root.tlogs.splice(0, 1, newLog(REKOR)),
      ['key-replaced', 'appears'],
    ],
    [
      'a second key under a log ID that stays',
      (root) => {
        const id = Buffer.from(present(root.tlogs[0]).logId.keyId, 'base64');
        root.tlogs.push(newLog('https://elsewhere.example', id));
      },
      ['key-replaced'],
    ],
    [
      'another chain at the same place',
      (root) => {
        const [old, now] = root.certificateAuthorities;
        present(now).certChain = { certificates: present(old).certChain.certificates.toReversed() };
        present(now).certChain.certificates.push(...present(old).certChain.certificates);
      },
      ['key-replaced', 'appears'],
    ],
  ])('%s', (_name, change, expected) => {
    expect(kinds(change)).toEqual(expected);
  });

  it('pairs two entries with one key by their start', () => {
    const before = trusted(publicGood(twice('2020-06-01T00:00:00Z')));
    const after = trusted(publicGood(twice('2020-07-01T00:00:00Z')));
    expect(differenceOf(before, after)).toMatchObject([
      { kind: 'changes', facts: ['end 2020-06-01T00:00:00.000Z -> 2020-07-01T00:00:00.000Z'] },
    ]);
  });

  it('reads well', () => {
    const after = publicGood((root) => {
      present(root.tlogs[0]?.publicKey.validFor).end = END;
      root.tlogs.push(newLog('https://log2027-1.example'));
      root.ctlogs.shift();
      present(root.certificateAuthorities[1]).uri = 'https://ca.example';
      present(root.timestampAuthorities[0]).certChain = present(root.certificateAuthorities[0]).certChain;
    });
    const lines = differenceOf(trusted(publicGood()), trusted(after)).map(describeChange);
    expect(lines).toEqual([
      `ends: log ${REKOR} (log ID c0d23d6ad406973f), 2027-01-01T00:00:00.000Z`,
      'appears: log https://log2027-1.example (log ID 0707070707070707), trusted since 2021-10-07T13:56:59.000Z',
      'gone: CT log https://ctfe.sigstore.dev/test (log ID 086092f02852ff68); what it signed no longer verifies',
      `changes: certificate authority ${FULCIO} (sigstore, sigstore.dev): URI ${FULCIO} -> https://ca.example`,
      'ALARM, key changed in place: timestamp authority https://timestamp.sigstore.dev/api/v1/timestamp (sigstore-tsa-selfsigned, sigstore.dev)',
      'appears: timestamp authority https://timestamp.sigstore.dev/api/v1/timestamp (sigstore-tsa-selfsigned, sigstore.dev), trusted since 2025-07-04T00:00:00.000Z',
    ]);
  });
});
