import { describe, expect, it } from 'vitest';
import { encodeLock, type Lock, parseLock } from '../../../src/lockfile/lock.ts';
import { assertFits, fits } from '../../../src/lockfile/lockfile.ts';
import { RequestError } from '../../../src/errors.ts';
import { thrownBy } from '#support/thrown-by';

const ENTRY = { component: 'kubectl', version: 'v1.30.2', platform: 'linux/amd64', sha256: 'a'.repeat(64) };
const DOCUMENT = {
  schemaVersion: 2,
  asked: { kubectl: '1.30' },
  platforms: ['linux/amd64'],
  artifacts: [ENTRY],
};

function bytes(value: unknown): Uint8Array {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
}

describe('parseLock', () => {
  it('reads what decides, and what is for readers', () => {
    const full = {
      ...ENTRY,
      size: 5,
      signer: 'a@b.c',
      signedAt: '2024-06-11T10:02:13Z',
      logIndex: '102030405',
    };
    const read = parseLock(bytes({ $schema: 'https://x.example', ...DOCUMENT, artifacts: [full] }), 'lock');
    expect(read).toEqual({
      asked: new Map([['kubectl', '1.30']]),
      platforms: ['linux/amd64'],
      artifacts: [full],
    });
  });

  it.each<readonly [string, unknown]>([
    ['an unknown field', { ...DOCUMENT, mirror: 'https://x.example' }],
    ['an unknown field of an artifact', { ...DOCUMENT, artifacts: [{ ...ENTRY, url: 'https://x.example' }] }],
    ['a schema that is no text', { ...DOCUMENT, $schema: 7 }],
    ['a newer schema', { schemaVersion: 3, whatever: true }],
    ['no asked', { ...DOCUMENT, asked: undefined }],
    ['an asked version that is none', { ...DOCUMENT, asked: { kubectl: '^1.30' } }],
    ['an asked component that is a path', { ...DOCUMENT, asked: { '../kubectl': '1.30' } }],
    ['an unknown platform', { ...DOCUMENT, platforms: ['linux/riscv64'] }],
    ['a platform twice', { ...DOCUMENT, platforms: ['linux/amd64', 'linux/amd64'] }],
    [
      'two versions of a component',
      {
        ...DOCUMENT,
        artifacts: [ENTRY, { ...ENTRY, platform: 'linux/arm64', version: 'v1.30.1' }],
      },
    ],
    ['an artifact twice', { ...DOCUMENT, artifacts: [ENTRY, ENTRY] }],
    ['a log index that is a number', { ...DOCUMENT, artifacts: [{ ...ENTRY, logIndex: 7 }] }],
    [
      'a key twice',
      '{"schemaVersion":2,"asked":{"kubectl":"1.30","kubectl":"1.31"},"platforms":[],"artifacts":[]}',
    ],
    ['a thousand lists in each other', `${'['.repeat(1000)}${']'.repeat(1000)}`],
  ])('refuses %s', (_, document) => {
    expect(() => parseLock(bytes(document), 'lock')).toThrow(RequestError);
  });
});

describe('encodeLock', () => {
  it('gives the same bytes for the same lock, in whatever order it comes', () => {
    const other = { ...ENTRY, component: 'kubeadm', platform: 'darwin/arm64' };
    const lock: Lock = {
      asked: new Map([
        ['kubectl', 'v1.30.2'],
        ['kubeadm', 'stable'],
      ]),
      platforms: ['linux/amd64', 'darwin/arm64'],
      artifacts: [ENTRY, other],
    };
    const turned: Lock = {
      asked: new Map([...(lock.asked ?? [])].toReversed()),
      platforms: lock.platforms.toReversed(),
      artifacts: lock.artifacts.toReversed(),
    };
    expect(encodeLock(turned, undefined)).toEqual(encodeLock(lock, undefined));
    const read = parseLock(encodeLock(lock, 'https://x.example/lock.schema.json'), 'lock');
    expect(read.artifacts.map(({ component }) => component)).toEqual(['kubeadm', 'kubectl']);
  });
});

describe('fits', () => {
  it.each([
    ['v1.30.2', 'v1.30.2', true],
    ['1.30.2', 'v1.30.2', true],
    ['v1.30.3', 'v1.30.2', false],
    ['1.30', 'v1.30.2', true],
    ['1.31', 'v1.30.2', false],
    ['stable', 'v1.30.2', true],
    ['stable', 'v1.31.0-rc.1', false],
    ['stable-1.30', 'v1.30.2', true],
    ['prerelease-1.31', 'v1.31.0-rc.1', true],
  ])('%s and %s: %s', (asked, version, isFit) => {
    expect(fits(asked, version)).toBe(isFit);
  });
});

describe('assertFits', () => {
  const entry = {
    component: 'kubectl',
    version: 'v1.30.2',
    platform: 'linux/amd64',
    sha256: 'ab'.repeat(32),
  };
  const lock = {
    asked: new Map([['kubectl', 'v1.30.2']]),
    platforms: ['linux/amd64'],
    artifacts: [entry],
  };

  it('takes what fits, and a file of all platforms without one', () => {
    const forAll = { component: 'kubernetes', version: 'v1.30.2', sha256: entry.sha256 };
    const asked = new Map([...lock.asked, ['kubernetes', 'v1.30.2']]);
    expect(() => assertFits(lock, 'x')).not.toThrow();
    expect(() => assertFits({ ...lock, asked, artifacts: [entry, forAll] }, 'x')).not.toThrow();
  });

  it.each<readonly [string, Partial<Lock>]>([
    ['nothing', { asked: new Map(), artifacts: [] }],
    ['a platform that it is not for', { platforms: ['linux/arm64'] }],
    ['no platforms', { platforms: [] }],
    [
      'a file of one platform for every platform',
      { artifacts: [{ component: 'kubectl', version: 'v1.30.2', sha256: entry.sha256 }] },
    ],
  ])('refuses a lock of %s', (_, change) => {
    const refused = thrownBy(() => assertFits({ ...lock, ...change }, 'x'));
    expect(refused).toMatchObject({ code: 'lock-outdated' });
  });
});
