import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

export interface KillPlan {
  /** The program to run and its arguments; the whole command line interface, or a part of it. */
  readonly command: readonly [program: string, ...args: string[]];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Moments are counted from the first output (either stream) that has this in it; absent: from the start. */
  readonly clockStartsAt?: string;
  /** How often to kill it. */
  readonly kills: number;
  /** The same seed gives the same moments, as far as a machine repeats itself. */
  readonly seed: number;
  /** Puts back what the program is to replace. */
  readonly prepare: () => void;
  /** Throws where the program's death left something that must not be. */
  readonly afterKill: (moment: string) => void;
}

export interface KillReport {
  /** Runs that were still going when they were killed. */
  readonly killed: number;
  /** How long an undisturbed run takes from where the clock starts, milliseconds. */
  readonly duration: number;
}

interface Run {
  readonly milliseconds: number;
  readonly exitCode: number | null;
  readonly output: string;
}

/**
 * Runs a program over and over and ends it with SIGKILL at random moments, spread evenly over the time that it takes
 * and a little beyond, then checks what it left.
 */
export async function killAtRandomMoments(plan: KillPlan): Promise<KillReport> {
  const random = generator(plan.seed);
  let duration = await medianDuration(plan);
  let killed = 0;
  for (let round = 0; round < plan.kills; round += 1) {
    plan.prepare();
    const delay = random() * duration * 1.2;
    const { exitCode, output, milliseconds } = await runFor(plan, delay);
    if (exitCode !== null && exitCode !== 0)
      throw new Error(`the run failed by itself (${exitCode}): ${output}`);
    if (exitCode === null) killed += 1;
    // A busy machine becomes slower and faster while this goes on; the moments follow it.
    duration = exitCode === null ? duration * 1.01 : (duration + Math.min(milliseconds, duration)) / 2;
    plan.afterKill(
      `kill ${round + 1} (seed ${plan.seed}), after ${delay.toFixed(2)} ms of ${duration.toFixed(0)}`,
    );
  }
  return { killed, duration };
}

/** Runs it undisturbed. */
export async function runToEnd(plan: KillPlan): Promise<void> {
  const { exitCode, output } = await runFor(plan, undefined);
  if (exitCode !== 0) throw new Error(`the run failed (${exitCode}): ${output}`);
}

async function medianDuration(plan: KillPlan): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    plan.prepare();
    const { exitCode, output, milliseconds } = await runFor(plan, undefined);
    if (exitCode !== 0) throw new Error(`the run failed (${exitCode}): ${output}`);
    times.push(milliseconds);
  }
  return times.sort((a, b) => a - b)[2] ?? 0;
}

/** @param delay milliseconds from where the clock starts to the kill; undefined: no kill. */
async function runFor(plan: KillPlan, delay: number | undefined): Promise<Run> {
  const [program, ...args] = plan.command;
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...plan.env },
  });
  const exited = once(child, 'exit');
  let output = '';
  await new Promise<void>((start) => {
    if (plan.clockStartsAt === undefined) start();
    const listen = (chunk: Buffer): void => {
      output += chunk.toString();
      if (plan.clockStartsAt !== undefined && output.includes(plan.clockStartsAt)) start();
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('exit', () => start());
  });
  const started = performance.now();
  if (delay !== undefined) {
    await Promise.race([wait(delay), exited]);
    child.kill('SIGKILL');
  }
  await exited;
  return { milliseconds: performance.now() - started, exitCode: child.exitCode, output };
}

/** mulberry32: small, even enough, and the same everywhere. Numbers from 0 to 1. */
function generator(seed: number): () => number {
  let state = Math.trunc(seed);
  return () => {
    state = Math.trunc(state + 0x6d2b79f5);
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
