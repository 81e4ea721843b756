import { setImmediate } from 'node:timers/promises';

/** Each turn takes about 128 KiB from a download that is behind, in half a millisecond, and nothing if none is. */
const TURNS = 32;

/**
 * Lets downloads take what has arrived, before code runs that takes tens of milliseconds in one go. A transfer stands
 * still as soon as what has arrived fills the system's buffers.
 */
export async function giveWay(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await setImmediate();
}
