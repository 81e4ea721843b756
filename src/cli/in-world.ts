/** Runs a story in the real world: the network, progress on the terminal, Ctrl-C. */
import { createWorld, type World } from '../world.ts';
import type { Console } from './console.ts';
import { listenForInterruption } from './interruption.ts';
import type { TransportArguments } from './shared-arguments.ts';

export async function inWorld<T>(
  transport: TransportArguments,
  output: Console,
  story: (world: World, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const interruption = listenForInterruption();
  const report = await output.start();
  const world = createWorld({ ...transport, env: process.env, report });
  try {
    return await story(world, interruption.signal);
  } finally {
    output.finish();
    await world.http.close();
    interruption.release();
  }
}
