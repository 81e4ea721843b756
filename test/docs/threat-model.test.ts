/** The tests that docs/threat-model.md names are there, under those titles. */
import { expect, it } from 'vitest';
import { join, normalize } from 'node:path';
import { readPage } from './blocks.ts';

const rows = [
  ...readPage('docs/threat-model.md').matchAll(/\| \[([^\]]+)\]\(\.\.\/(test\/[^)]+)\) \|$/gm),
].map(([, title = '', file = '']) => ({ title, file: normalize(join('.', file)) }));

it('names a test in each row', () => {
  const lines = readPage('docs/threat-model.md')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (?:---|It can|They can)/.test(line));
  expect(rows.length).toBe(lines.length);
  expect(rows.length).toBeGreaterThan(20);
});

it('names them by titles that they have', () => {
  expect(rows.filter(({ title, file }) => !readPage(file).includes(`'${title}'`))).toEqual([]);
});
