import { expect, it } from 'vitest';
import { columnsOf } from '../../../src/text/columns.ts';

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
