import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseLock } from '../../../src/lockfile/lock.ts';
import { readLockfile } from '../../../src/lockfile/lockfile.ts';
import { RequestError } from '../../../src/errors.ts';
import { MAX_LOCKED_ARTIFACTS, MAX_LOCKFILE_BYTES } from '../../../src/limits.ts';

const kubectl = {
  component: 'kubectl',
  version: 'v1.30.2',
  platform: 'linux/amd64',
  sha256: 'a'.repeat(64),
};

function bytes(value: unknown): Uint8Array {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
}

function lock(...artifacts: readonly unknown[]): Uint8Array {
  return bytes({ schemaVersion: 1, artifacts });
}

describe('a lockfile', () => {
  it('is read whole', () => {
    const kubelet = { ...kubectl, component: 'kubelet', version: 'v1.31.0-rc.1', platform: 'windows/amd64' };
    expect(parseLock(lock(kubectl, kubelet), 'lock.json')).toStrictEqual({
      asked: undefined,
      platforms: ['linux/amd64', 'windows/amd64'],
      artifacts: [kubectl, kubelet],
    });
  });

  it.each([
    ['no JSON', bytes('{')],
    ['empty', bytes('')],
    ['not an object', bytes('[]')],
    ['JSON with something behind it', bytes('{"schemaVersion":1,"artifacts":[]} {}')],
    ['a key twice', bytes('{"schemaVersion":1,"schemaVersion":1,"artifacts":[]}')],
    ['without a schema version', bytes({ artifacts: [] })],
    ['of another schema version', bytes({ schemaVersion: 2, artifacts: [] })],
    ['of a schema version that is a text', bytes({ schemaVersion: '1', artifacts: [] })],
    ['with a key of its own', bytes({ schemaVersion: 1, artifacts: [], comment: '' })],
    ['without artifacts', bytes({ schemaVersion: 1 })],
    ['with artifacts that are no list', bytes({ schemaVersion: 1, artifacts: { kubectl } })],
    ['with an artifact that is a text', lock('kubectl')],
    ['with an artifact that has a key of its own', lock({ ...kubectl, url: 'https://x.example' })],
    ['without a component', lock({ ...kubectl, component: undefined })],
    ['with a component that is a path', lock({ ...kubectl, component: '../kubectl' })],
    ['with an alias as version', lock({ ...kubectl, version: 'stable' })],
    ['with a partial version', lock({ ...kubectl, version: 'v1.30' })],
    ['with a version without its v', lock({ ...kubectl, version: '1.30.2' })],
    ['with an impossible platform', lock({ ...kubectl, platform: 'linux/x86_64' })],
    ['with a digest in capitals', lock({ ...kubectl, sha256: 'A'.repeat(64) })],
    ['with a short digest', lock({ ...kubectl, sha256: 'a'.repeat(63) })],
    ['with a digest that is a number', lock({ ...kubectl, sha256: 1 })],
    ['with an artifact twice', lock(kubectl, { ...kubectl, sha256: 'b'.repeat(64) })],
    ['with too many artifacts', lock(...Array.from({ length: MAX_LOCKED_ARTIFACTS + 1 }, () => kubectl))],
    ['that is too large', Buffer.alloc(MAX_LOCKFILE_BYTES + 1, ' ')],
    ['that is not UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ])('%s is refused', (_, content) => {
    expect(() => parseLock(content, 'lock.json')).toThrow(RequestError);
  });

  it('that is not there is refused by its name', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'k8s-verify-lock-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const file = path.join(directory, 'lock.json');
    await expect(readLockfile(file)).rejects.toThrow(/lock\.json cannot be read/);
    await expect(readLockfile(directory)).rejects.toThrow(RequestError);
    writeFileSync(file, Buffer.alloc(MAX_LOCKFILE_BYTES + 1, ' '));
    await expect(readLockfile(file)).rejects.toThrow(/lock\.json is too large/);
    writeFileSync(file, lock(kubectl));
    await expect(readLockfile(file)).resolves.toStrictEqual([kubectl]);
  });
});
