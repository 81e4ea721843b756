/** The list after `--allow-digest`. */
import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readAllowedDigests } from '../../../src/plan/allowed-digests.ts';
import { testDir } from '#support/test-dir';
import { rejection } from '#support/thrown-by';

const SHA256 = 'ab'.repeat(32);

async function read(text: string): Promise<ReadonlyMap<string, string>> {
  const path = (await testDir()).join('allowed');
  writeFileSync(path, text);
  return readAllowedDigests(path);
}

it('has a digest and a reason on each line', async () => {
  const text = `# ours\n\n${SHA256}  built here\r\nsha256:${'cd'.repeat(32)} reviewed\n`;
  expect([...(await read(text))]).toEqual([
    [SHA256, 'built here'],
    ['cd'.repeat(32), 'reviewed'],
  ]);
});

it.each([
  ['root:$6$abcdefgh$hunter2hunter2:19000:0:99999:7:::', 'does not begin with a SHA-256'],
  [SHA256, 'without a reason'],
  [`${SHA256}hunter2`, 'does not begin with a SHA-256'],
])('says which line is wrong, and shows nothing of it: %s', async (text, found) => {
  const error = await rejection(read(`# ours\n${text}\n`));
  expect(error).toMatchObject({ code: 'usage', found: expect.stringContaining(`line 2, `) });
  expect(error).toMatchObject({ found: expect.stringContaining(found) });
  const { message, wanted, next } = Object(error);
  expect([message, wanted, Object(error).found, next].join(' ')).not.toContain('hunter2');
});
