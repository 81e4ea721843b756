import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { REAL_BINARIES, realFile } from '../../real-binaries.ts';
import type { Bench } from '../bench.ts';
import type { NameCost } from '../read-name.ts';
import { cpuRow, notMeasured, type Row } from '../row.ts';
import { duration } from '../table.ts';

const ROW = 'reading the name of a binary of 62 MB';
const MAX_CPU_MS = 60;
const SCRIPT = fileURLToPath(new URL('../read-name.ts', import.meta.url));

/** What a program says of itself, after its proof: the largest real kubectl at hand, in a process that has just begun. */
export async function name(bench: Bench): Promise<readonly Row[]> {
  const binary = REAL_BINARIES.find((one) => one.version === 'v1.37.1' && one.platform === 'linux/amd64');
  if (binary === undefined) throw new TypeError('the table of real binaries has no kubectl v1.37.1');
  let file: string;
  try {
    file = await realFile(binary);
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return [notMeasured(ROW, `no real file: ${why}`, `under ${MAX_CPU_MS} ms of CPU`)];
  }
  const runs = Array.from({ length: bench.runs }, () => {
    const cost: NameCost = JSON.parse(execFileSync(process.execPath, [SCRIPT, file], { encoding: 'utf8' }));
    if (cost.component !== binary.component) throw new Error(`${file} was not read`);
    return { seconds: cost.ms / 1000, cpuSeconds: cost.cpuMs / 1000, peakBytes: undefined };
  });
  bench.say(`${ROW}: ${runs.map(({ cpuSeconds }) => duration(cpuSeconds)).join(', ')} of CPU`);
  return [cpuRow(ROW, runs, MAX_CPU_MS)];
}
