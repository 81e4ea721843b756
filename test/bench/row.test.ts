import { describe, expect, it } from 'vitest';
import type { Run } from '../../scripts/bench/measure.ts';
import { cpuRow, growthRow, median, notMeasured, peakRow, ratioRow } from '../../scripts/bench/row.ts';
import { renderTable } from '../../scripts/bench/table.ts';

function runs(seconds: readonly number[], peakMb?: readonly number[]): readonly Run[] {
  return seconds.map((value, index) => ({
    seconds: value,
    cpuSeconds: value / 2,
    peakBytes: peakMb === undefined ? undefined : (peakMb[index] ?? 0) * 1e6,
  }));
}

describe('median', () => {
  it.each([
    [[3], 3],
    [[9, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
  ])('%j: %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('leaves its input alone', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('rows', () => {
  const reference = { name: 'curl', runs: runs([1, 1.02, 50]) };

  it.each([
    [1.05, 'pass'],
    [1.02, 'FAIL'],
    [undefined, 'no target'],
  ])('compare medians as a ratio, at most %s: %s', (atMost, verdict) => {
    const row = ratioRow('install', runs([1.06, 0.1, 9]), reference, atMost);
    expect(row).toMatchObject({ result: '1.04', verdict, reference: { name: 'curl', seconds: 1.02 } });
  });

  it('that were not measured keep their target', () => {
    expect(notMeasured('verify', 'cosign is not on the PATH', 0.8)).toEqual({
      name: 'verify',
      result: 'cosign is not on the PATH',
      target: 'at most 0.8',
      verdict: 'not measured',
    });
  });

  it('hold the worst peak against the bound, and medians against each other', () => {
    const small = runs([1, 1, 1], [70, 80, 75]);
    const large = runs([1, 1, 1], [82, 95, 84]);
    expect(peakRow('peak', large, 95)).toMatchObject({ result: '95.0 MB', verdict: 'FAIL' });
    expect(peakRow('peak', large, 96)).toMatchObject({ verdict: 'pass' });
    expect(growthRow('growth', large, small, 10)).toMatchObject({ result: '9.0 MB', verdict: 'pass' });
    expect(growthRow('growth', large, small, 8)).toMatchObject({ verdict: 'FAIL' });
  });

  it('hold the median of the CPU time against a bound', () => {
    const half = runs([0.12, 9, 0.1]);
    expect(cpuRow('cpu', half, 60)).toMatchObject({ result: '60.0 ms', verdict: 'FAIL' });
    expect(cpuRow('cpu', half, 61)).toMatchObject({ target: 'under 61 ms of CPU', verdict: 'pass' });
  });

  it('say so where the platform does not tell', () => {
    const silent = { seconds: 1, cpuSeconds: undefined, peakBytes: undefined };
    expect(cpuRow('cpu', [silent], 60)).toMatchObject({ verdict: 'not measured' });
    expect(peakRow('peak', runs([1]), 96)).toMatchObject({ verdict: 'not measured' });
    expect(growthRow('growth', runs([1]), runs([1]), 96)).toMatchObject({ verdict: 'not measured' });
  });

  it('make a table with straight columns', () => {
    const table = renderTable([
      ratioRow('--version', runs([0.041], [50]), { name: 'node -e 0', runs: runs([0.03], [40]) }, 1.4),
      peakRow('peak memory', runs([2.5], [100]), 110),
    ]);
    const lines = table.split('\n');
    expect(lines).toHaveLength(4);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    expect(lines[2]?.split('|').map((cell) => cell.trim())).toEqual([
      '',
      '--version',
      '41 ms',
      'node -e 0: 30 ms',
      '1.37',
      'at most 1.4',
      'pass',
      '21 ms / 15 ms',
      '50 MB / 40 MB',
      '',
    ]);
  });
});
