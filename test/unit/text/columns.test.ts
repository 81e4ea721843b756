import { expect, it } from 'vitest';
import { columnsOf, padColumns } from '../../../src/text/columns.ts';

it.each([
  ['', 0],
  ['/usr/local/bin/kubectl', 22],
  ['é', 1],
  ['e\u0301', 1],
  ['/home/你/kubectl', 16],
  ['カタ', 4],
  ['한글', 4],
  ['Ａ１', 4],
  ['🚀', 2],
  ['/home/שלום/kubectl', 18],
  ['✓ ok', 4],
  ['█░', 2],
])('%j takes %i columns', (text, columns) => {
  expect(columnsOf(text)).toBe(columns);
});

it.each([
  ['kubectl', 9, 'kubectl  '],
  ['/opt/你好', 10, '/opt/你好 '],
  ['e\u0301', 2, 'e\u0301 '],
  ['kubectl', 3, 'kubectl'],
])('%j is filled up to %i columns', (text, columns, expected) => {
  expect(padColumns(text, columns)).toBe(expected);
});
