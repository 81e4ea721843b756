/** A row of the table: what was measured, against what, and what it should have been. */
import type { Run } from './measure.ts';

/** Medians over the runs of one contestant. */
export interface Figures {
  readonly seconds: number;
  readonly cpuSeconds: number | undefined;
  /** The worst of all runs, not the median: a bound on memory is a bound. */
  readonly peakBytes: number | undefined;
}

export interface Row {
  readonly name: string;
  readonly ours?: Figures;
  readonly reference?: Figures & { readonly name: string };
  /** The figure that the target is about, or why there is none. */
  readonly result: string;
  readonly target: string;
  readonly verdict: 'pass' | 'FAIL' | 'no target' | 'not measured';
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  return (low + high) / 2;
}

function figuresOf(runs: readonly Run[]): Figures {
  const cpu = runs.flatMap(({ cpuSeconds }) => cpuSeconds ?? []);
  const peaks = runs.flatMap(({ peakBytes }) => peakBytes ?? []);
  return {
    seconds: median(runs.map(({ seconds }) => seconds)),
    cpuSeconds: cpu.length === 0 ? undefined : median(cpu),
    peakBytes: peaks.length === 0 ? undefined : Math.max(...peaks),
  };
}

/** Median time over median time of the reference. */
export function ratioRow(
  name: string,
  ours: readonly Run[],
  reference: { readonly name: string; readonly runs: readonly Run[] },
  atMost?: number,
): Row {
  const row = twoSides(name, ours, reference);
  const ratio = row.ours.seconds / row.reference.seconds;
  return {
    ...row,
    result: ratio.toFixed(2),
    target: atMost === undefined ? '' : `at most ${atMost}`,
    verdict: verdict(ratio, atMost),
  };
}

export function peakRow(name: string, runs: readonly Run[], underMb: number): Row {
  const ours = figuresOf(runs);
  const target = `under ${underMb} MB`;
  if (ours.peakBytes === undefined) return notMeasured(name, 'neither GNU time nor Node can tell', target);
  const peakMb = ours.peakBytes / 1e6;
  return {
    name,
    ours,
    result: `${peakMb.toFixed(1)} MB`,
    target,
    verdict: peakMb < underMb ? 'pass' : 'FAIL',
  };
}

/** The median of the time that a person waits. */
export function timeRow(name: string, runs: readonly Run[], underMs: number): Row {
  const ours = figuresOf(runs);
  const ms = ours.seconds * 1000;
  return {
    name,
    ours,
    result: `${ms.toFixed(0)} ms`,
    target: `under ${underMs} ms`,
    verdict: ms < underMs ? 'pass' : 'FAIL',
  };
}

/** The median of the CPU time, however many cores it was on. */
export function cpuRow(name: string, runs: readonly Run[], underMs: number): Row {
  const ours = figuresOf(runs);
  const target = `under ${underMs} ms of CPU`;
  if (ours.cpuSeconds === undefined) return notMeasured(name, 'the platform does not tell CPU time', target);
  const cpuMs = ours.cpuSeconds * 1000;
  return {
    name,
    ours,
    result: `${cpuMs.toFixed(1)} ms`,
    target,
    verdict: cpuMs < underMs ? 'pass' : 'FAIL',
  };
}

/** Peak memory at a larger size less peak memory at a smaller one; medians, since one collection more or less is chance. */
export function growthRow(name: string, large: readonly Run[], small: readonly Run[], underMb: number): Row {
  const growthMb = (typicalPeak(large) - typicalPeak(small)) / 1e6;
  const target = `under ${underMb} MB`;
  if (Number.isNaN(growthMb)) return notMeasured(name, 'neither GNU time nor Node can tell', target);
  return {
    name,
    result: `${growthMb.toFixed(1)} MB`,
    target,
    verdict: growthMb < underMb ? 'pass' : 'FAIL',
  };
}

function typicalPeak(runs: readonly Run[]): number {
  return median(runs.flatMap(({ peakBytes }) => peakBytes ?? []));
}

/** @param target in words, or the ratio that it would have been at most */
export function notMeasured(name: string, reason: string, target: string | number = ''): Row {
  const words = typeof target === 'number' ? `at most ${target}` : target;
  return { name, result: reason, target: words, verdict: 'not measured' };
}

function twoSides(
  name: string,
  ours: readonly Run[],
  reference: { readonly name: string; readonly runs: readonly Run[] },
): Pick<Row, 'name'> & Required<Pick<Row, 'ours' | 'reference'>> {
  return {
    name,
    ours: figuresOf(ours),
    reference: { name: reference.name, ...figuresOf(reference.runs) },
  };
}

function verdict(found: number, atMost: number | undefined): Row['verdict'] {
  if (atMost === undefined) return 'no target';
  return found <= atMost ? 'pass' : 'FAIL';
}
