import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  childrenOf,
  contextTag,
  DER_TAG,
  parseDer,
  readBoolean,
  readInteger,
  readOid,
  readTime,
} from '../../../src/strict/der.ts';
import { UntrustedError } from '../../../src/errors.ts';
import { resultOrTypedError } from '#support/result-or-typed-error';

const bytes = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const read = (hex: string): ReturnType<typeof parseDer> => parseDer(bytes(hex), 'the element');

describe('parseDer', () => {
  it('reads the structures that OpenSSL writes', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const spki = parseDer(publicKey.export({ format: 'der', type: 'spki' }), 'a key');
    const [algorithm, key] = childrenOf(spki, DER_TAG.sequence, 'a key');
    expect(childrenOf(algorithm, DER_TAG.sequence, 'an algorithm').map((oid) => readOid(oid, 'x'))).toEqual([
      '1.2.840.10045.2.1',
      '1.3.132.0.34',
    ]);
    expect(key?.tag).toBe(DER_TAG.bitString);
    const signature = parseDer(sign('sha384', Buffer.from('x'), privateKey), 'a signature');
    expect(signature.children.map((child) => readInteger(child, 'r or s') > 0n)).toEqual([true, true]);
    expect(
      createPublicKey({ key: Buffer.from(spki.der), format: 'der', type: 'spki' }).equals(publicKey),
    ).toBe(true);
  });

  it.each([
    ['02 01 00', 0n],
    ['02 01 7f', 127n],
    ['02 02 00 80', 128n],
    ['02 01 80', -128n],
    ['02 01 ff', -1n],
  ])('reads the integer %s', (hex, value) => {
    expect(readInteger(read(hex), 'x')).toBe(value);
  });

  it.each([
    ['06 03 55 1d 11', '2.5.29.17'],
    ['06 01 2a', '1.2'],
    ['06 03 88 37 03', '2.999.3'],
    ['06 0a 2b 06 01 04 01 83 bf 30 01 08', '1.3.6.1.4.1.57264.1.8'],
  ])('reads the object identifier %s', (hex, value) => {
    expect(readOid(read(hex), 'x')).toBe(value);
  });

  it('reads as many elements, and as long an object identifier, as there may be', () => {
    expect(read(`30 82 1f fe ${'05 00'.repeat(4095)}`).children).toHaveLength(4095);
    expect(readOid(read(`06 40 2a ${'ff'.repeat(62)} 7f`), 'x')).toMatch(/^1\.2\.[0-9]+$/);
  });

  it('reads booleans and tells context tags apart', () => {
    expect(readBoolean(read('01 01 ff'), 'x')).toBe(true);
    expect(readBoolean(read('01 01 00'), 'x')).toBe(false);
    expect(read('a3 02 05 00').tag).toBe(contextTag(3, 'constructed'));
    expect(read('83 00').tag).toBe(contextTag(3, 'primitive'));
  });

  it.each([
    ['nothing', ''],
    ['a tag alone', '30'],
    ['a length without its octets', '30 82 01'],
    ['content that is cut short', '04 05 00 00'],
    ['a byte after the end', '05 00 00'],
    ['an indefinite length', '30 80 00 00'],
    ['a long form for a short length', '04 81 01 00'],
    ['a leading zero in the length', '04 82 00 80' + '00'.repeat(128)],
    ['a length of five octets', '04 85 01 00 00 00 00'],
    ['a tag of several octets', '1f 81 01 00'],
    ['a tag of zero', '00 00'],
    ['a boolean of 01', '01 01 01'],
    ['a boolean of two octets', '01 02 ff ff'],
    ['an empty integer', '02 00'],
    ['an integer with a redundant zero', '02 02 00 7f'],
    ['an integer with a redundant ff', '02 02 ff 80'],
    ['an empty bit string', '03 00'],
    ['a bit string with eight unused bits', '03 02 08 00'],
    ['a bit string with stray bits', '03 02 07 81'],
    ['unused bits in a bit string without octets', '03 01 01'],
    ['a null with content', '05 01 00'],
    ['an empty object identifier', '06 00'],
    ['an object identifier with padding', '06 03 55 80 01'],
    ['an object identifier that does not end', '06 02 55 81'],
    ['a primitive sequence', '10 00'],
    ['a constructed octet string', '24 00'],
    ['a constructed UTF-8 string', '2c 00'],
    ['a child that reaches beyond its parent', '30 03 04 05 00 00 00 00 00'],
    ['a flaw deep inside', '30 05 30 03 02 01'],
    ['too many levels', nested(40)],
    ['too many elements', `30 82 20 00 ${'05 00'.repeat(4096)}`],
    ['an object identifier that takes long to read', `06 41 2a ${'ff'.repeat(63)} 7f`],
  ])('refuses %s', (_, hex) => {
    expect(() => read(hex)).toThrow(
      expect.objectContaining({ code: 'material-malformed', check: 'material' }),
    );
  });

  it('never ends in anything but a value or a typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (input) => {
        expect(resultOrTypedError(() => parseDer(input, 'x'))).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });
});

function nested(levels: number): string {
  let der = Buffer.alloc(0);
  for (let i = 0; i < levels; i += 1) der = Buffer.concat([Buffer.from([0x30, der.length]), der]);
  return der.toString('hex');
}

const time = (tag: number, text: string): Date =>
  readTime(parseDer(Buffer.from([tag, text.length, ...Buffer.from(text)]), 'x'), 'the time');

describe('readTime', () => {
  it.each([
    [DER_TAG.utcTime, '221130185907Z', '2022-11-30T18:59:07.000Z'],
    [DER_TAG.utcTime, '500101000000Z', '1950-01-01T00:00:00.000Z'],
    [DER_TAG.utcTime, '491231235959Z', '2049-12-31T23:59:59.000Z'],
    [DER_TAG.generalizedTime, '20501231235959Z', '2050-12-31T23:59:59.000Z'],
    [DER_TAG.generalizedTime, '20250612120220.25Z', '2025-06-12T12:02:20.250Z'],
  ])('reads %i %s', (tag, text, iso) => {
    expect(time(tag, text).toISOString()).toBe(iso);
  });

  it.each([
    [DER_TAG.utcTime, '2211301859Z'],
    [DER_TAG.utcTime, '221130185907+0000'],
    [DER_TAG.utcTime, '221330185907Z'],
    [DER_TAG.utcTime, '230230000000Z'],
    [DER_TAG.utcTime, '221130246060Z'],
    [DER_TAG.generalizedTime, '20250612120220.Z'],
    [DER_TAG.generalizedTime, '20250612120220.50Z'],
    [DER_TAG.generalizedTime, '250612120220Z'],
    [DER_TAG.octetString, '20250612120220Z'],
  ])('refuses %i %s', (tag, text) => {
    expect(() => time(tag, text)).toThrow(UntrustedError);
  });
});
