import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { embeddedRecordBytes } from '../../../src/trust/embedded-root.ts';
import { loadTrustMaterial } from '../../../src/trust/load-trust-material.ts';
import { readRootRecord } from '../../../src/trust/root-age.ts';
import { testDir } from '#support/test-dir';
import { thrownBy } from '#support/thrown-by';
import { world } from '../../vectors/vector.ts';

const { currentAsOf: DAY } = readRootRecord(embeddedRecordBytes());

async function ownRoot(): Promise<string> {
  const file = (await testDir()).join('trusted_root.json');
  writeFileSync(file, world().trustedRoot());
  return file;
}

it('knows as of which day the embedded root is current, and of a file nothing', async () => {
  expect((await loadTrustMaterial(undefined, new Date())).currentAsOf).toEqual(DAY);
  expect((await loadTrustMaterial(await ownRoot(), new Date())).currentAsOf).toBeUndefined();
});

it.each([
  ['the embedded root', undefined],
  ['a file', ownRoot],
] as const)('takes no clock that is behind the embedded root, with %s', async (_, file) => {
  const path = await file?.();
  await expect(loadTrustMaterial(path, DAY)).resolves.toBeDefined();
  await expect(loadTrustMaterial(path, new Date(DAY.getTime() - 1))).rejects.toMatchObject({
    name: 'UnavailableError',
    code: 'clock-wrong',
    message: expect.stringContaining("this machine's clock"),
    wanted: expect.stringContaining(DAY.toISOString().slice(0, 10)),
    next: expect.stringContaining("set this machine's clock"),
  });
});

it('is what the folder of the embedded root records', () => {
  const readme = new URL('../../../trust-roots/sigstore-public-good/README.md', import.meta.url);
  expect(readFileSync(readme, 'utf8')).toContain(`current as of ${DAY.toISOString().slice(0, 10)} `);
});

it.each([
  '{}',
  '[]',
  '{"currentAsOf":"2026-13-01"}',
  '{"currentAsOf":"2026-02-30"}',
  '{"currentAsOf":"soon"}',
  '{"currentAsOf":20261007}',
  '{"currentAsOf":"2026-10-07","published":{"timestamp":-1}}',
  '{"currentAsOf":"2026-10-07","published":{"root":16}}',
  '{"currentAsOf":"2026-10-07","publised":{}}',
  '',
])('refuses a record without a day, or with something that is not understood: %s', (text) => {
  expect(thrownBy(() => readRootRecord(Buffer.from(text)))).toMatchObject({ name: 'UntrustedError' });
});
