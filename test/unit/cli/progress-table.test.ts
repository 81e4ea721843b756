import { describe, expect, it } from 'vitest';
import { type Screen, tableRows, Transfer } from '../../../src/cli/progress-table.ts';

const MB = 1_000_000;

/** Two seconds after it began. */
function transfer(label: string, received: number, total: number | undefined, from = 0): Transfer {
  const one = new Transfer(label, 0, from, total);
  one.advance(2000, received, total);
  return one;
}

const TWO = [
  transfer('kubectl v1.36.2', 25 * MB, 51.5 * MB),
  transfer('kubelet v1.36.2', 10.9 * MB, 77.9 * MB),
];

function rows(transfers: readonly Transfer[], screen: Partial<Screen> = {}): readonly string[] {
  return tableRows(transfers, { columns: 80, rows: 24, unicode: true, ...screen }, 2000);
}

describe('the table', () => {
  it('has a bar, share, size, rate and time left in 80 columns, and no more in 200', () => {
    const expected = [
      '  kubectl v1.36.2  ██████████░░░░░░░░░░  48 %  25.0 of 51.5 MB  12.5 MB/s   2 s',
      '  kubelet v1.36.2  ███░░░░░░░░░░░░░░░░░  13 %  10.9 of 77.9 MB   5.5 MB/s  12 s',
    ];
    expect(rows(TWO)).toEqual(expected);
    expect(rows(TWO, { columns: 200 })).toEqual(expected);
  });

  it.each([
    [79, '  kubectl v1.36.2  █████░░░░░  48 %  25.0 of 51.5 MB  12.5 MB/s   2 s'],
    [60, '  kubectl v1.36.2  48 %  25.0 of 51.5 MB  12.5 MB/s   2 s'],
    [54, '  kubectl v1.36.2  █████░░░░░  48 %  12.5 MB/s   2 s'],
    [42, '  kubectl v1.36.2  48 %  12.5 MB/s   2 s'],
    [40, '  kubectl  48 %  12.5 MB/s   2 s'],
    [24, '48 %  12.5 MB/s  2 s'],
    [5, '48 %'],
    [1, ''],
    [0, ''],
  ])('keeps rate and time left in %i columns', (columns, first) => {
    const all = rows(TWO, { columns });
    expect(all[0]).toBe(first);
    expect(all).toHaveLength(2);
  });

  it.each(Array.from({ length: 201 }, (_, columns) => columns))('fits %i columns', (columns) => {
    const long = transfer('kube-controller-manager v1.36.2-alpha.10 linux/ppc64le', 1, 9_999 * MB);
    const same = transfer('kubectl v1.36.2 linux/arm64', 3 * MB, 6 * MB);
    const all = rows([...TWO, long, same, transfer('kubectl-convert', 5, undefined)], { columns });
    for (const row of all) expect(row.length).toBeLessThanOrEqual(Math.max(columns - 1, 0));
  });

  it('is of ASCII where the terminal knows no more', () => {
    expect(rows(TWO, { unicode: false })[0]).toContain('  [#########---------]  48 %  ');
  });

  it('counts the rate from where it began, not from nought', () => {
    expect(rows([transfer('k', 12 * MB, 24 * MB, 10 * MB)])[0]).toMatch(
      / 50 % {2}12\.0 of 24\.0 MB {2}1\.0 MB\/s {2}12 s$/,
    );
  });

  it('counts the rate of the last seconds', () => {
    const one = new Transfer('k', 0, 0, 100 * MB);
    for (let second = 1; second <= 20; second += 1)
      one.advance(second * 1000, second <= 10 ? second * MB : 10 * MB, undefined);
    expect(one.rate(20_000)).toBe(0);
    one.advance(21_000, 1 * MB, undefined);
    expect(one.rate(22_000)).toBe(0);
    one.advance(22_000, 3 * MB, undefined);
    expect(one.rate(22_000)).toBe(2 * MB);
  });

  it('does without a length', () => {
    expect(rows([transfer('k', 3 * MB, undefined)])).toEqual([`  k${' '.repeat(26)}3.0 MB  1.5 MB/s`]);
  });

  it('never overflows', () => {
    expect(rows([transfer('k', 9, 3)])[0]).toContain(` ${'█'.repeat(20)}  100 %`);
  });

  it('has eight rows at most, and fewer on a low terminal; what is done goes first', () => {
    const all = Array.from({ length: 12 }, (_, index) =>
      transfer(`f${index}`, index < 2 ? 10 : index - 1, 10),
    );
    expect(rows(all).map((row) => row.trim().split(' ')[0])).toEqual([
      'f2',
      'f3',
      'f4',
      'f5',
      'f6',
      'f7',
      'f8',
      'f9',
      '+',
    ]);
    expect(rows(all).at(-1)).toBe('  + 4 more');
    expect(rows(all, { rows: 5 })).toHaveLength(4);
    expect(rows(all, { rows: 5 }).at(-1)).toBe('  + 9 more');
    expect(rows(all, { rows: 1 })).toHaveLength(2);
  });
});
