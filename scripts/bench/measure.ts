/** Runs programs one after the other and measures each: wall-clock time, CPU time, peak memory. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
}

/** One way to get a piece of work done: the commands run one after the other, and their figures are added up. */
export interface Contestant {
  readonly name: string;
  readonly commands: readonly Command[];
  /** Between runs, outside the clock. */
  readonly reset?: () => void;
}

/** One run of a contestant. */
export interface Run {
  readonly seconds: number;
  /** User and system time of the processes; undefined where the platform does not tell. */
  readonly cpuSeconds: number | undefined;
  /** Largest resident set of any of the processes; undefined where it was not asked for or cannot be told. */
  readonly peakBytes: number | undefined;
}

export interface MeasureOptions {
  /** A directory of the bench's own. */
  readonly directory: string;
  /** Has the peak memory measured, which costs about a millisecond for each process. */
  readonly peak?: boolean;
}

/**
 * Runs every contestant `runs` times, in turn, so that whatever else the machine does meets all of them alike; every
 * other round goes in the opposite order. One round before the first warms the file caches and does not count.
 */
export function compare(
  contestants: readonly Contestant[],
  runs: number,
  options: MeasureOptions,
): readonly (readonly Run[])[] {
  const results: Run[][] = contestants.map(() => []);
  for (let round = -1; round < runs; round += 1) {
    const order = [...contestants.keys()];
    for (const index of round % 2 === 0 ? order : order.toReversed()) {
      const contestant = contestants[index];
      if (contestant === undefined) continue;
      const run = measure(contestant, options);
      if (round >= 0) results[index]?.push(run);
    }
  }
  return results;
}

export function measure({ commands, reset }: Contestant, options: MeasureOptions): Run {
  reset?.();
  const parts = commands.map((command) => runOnce(command, options));
  return {
    seconds: parts.reduce((sum, part) => sum + part.seconds, 0),
    cpuSeconds: sumOrUndefined(parts.map((part) => part.cpuSeconds)),
    peakBytes: maxOrUndefined(parts.map((part) => part.peakBytes)),
  };
}

function runOnce(command: Command, { directory, peak = false }: MeasureOptions): Run {
  const peakFile = join(directory, 'peak');
  rmSync(peakFile, { force: true });
  const { program, args, env } = peak ? withPeak(command, peakFile) : { ...command, env: {} };
  const cpuBefore = childCpuSeconds();
  const start = performance.now();
  const child = spawnSync(program, args, {
    cwd: command.cwd ?? directory,
    env: { ...environment(directory), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const seconds = (performance.now() - start) / 1000;
  const cpuAfter = childCpuSeconds();
  if (child.error !== undefined) throw child.error;
  if (child.status !== 0) {
    throw new Error(`${command.program} ended with ${child.status ?? child.signal}:\n${child.stderr}`);
  }
  return {
    seconds,
    cpuSeconds: cpuBefore === undefined || cpuAfter === undefined ? undefined : cpuAfter - cpuBefore,
    peakBytes: peak && existsSync(peakFile) ? Number(readFileSync(peakFile, 'utf8')) * 1024 : undefined,
  };
}

const GNU_TIME = '/usr/bin/time';
let gnuTime: boolean | undefined;

/** GNU time where there is one, for any program; else a hook inside Node, for Node's programs alone. */
function withPeak(
  { program, args }: Command,
  peakFile: string,
): Command & { readonly env: Readonly<Record<string, string>> } {
  gnuTime ??=
    existsSync(GNU_TIME) && spawnSync(GNU_TIME, ['-f', '%M', '-o', '/dev/null', 'true']).status === 0;
  if (gnuTime) return { program: GNU_TIME, args: ['-f', '%M', '-o', peakFile, program, ...args], env: {} };
  if (program !== process.execPath) return { program, args, env: {} };
  const hook = fileURLToPath(new URL('write-peak.cjs', import.meta.url));
  return { program, args: ['--require', hook, ...args], env: { BENCH_PEAK_FILE: peakFile } };
}

/** Of all children that have ended (proc_pid_stat(5), cutime and cstime, in hundredths of a second); Linux only. */
function childCpuSeconds(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const fields = readFileSync('/proc/self/stat', 'latin1')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

/** No proxies, no tokens, no settings of the user who runs the bench. */
function environment(directory: string): Record<string, string> {
  const { PATH, SystemRoot } = process.env;
  return {
    HOME: directory,
    K8S_VERIFY_DATA_DIR: join(directory, '.local', 'share', 'k8s-verify'),
    USERPROFILE: directory,
    LOCALAPPDATA: directory,
    ...(PATH === undefined ? {} : { PATH }),
    ...(SystemRoot === undefined ? {} : { SystemRoot }),
  };
}

function sumOrUndefined(values: readonly (number | undefined)[]): number | undefined {
  return values.reduce<number | undefined>(
    (sum, value) => (sum === undefined || value === undefined ? undefined : sum + value),
    0,
  );
}

function maxOrUndefined(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
