/**
 * Reads the name of one binary in a process of its own, as a run does, and prints what it cost:
 *
 *     node scripts/bench/read-name.ts FILE
 */
import { open } from 'node:fs/promises';
import { readName } from '../../src/flow/name.ts';

export interface NameCost {
  /** "kubectl"; undefined where the file says nothing. */
  readonly component: string | undefined;
  readonly ms: number;
  readonly cpuMs: number;
}

const handle = await open(process.argv[2] ?? '');
const { size } = await handle.stat();
const file = {
  bytes: size,
  readAt: async (buffer: Uint8Array, position: number): Promise<number> =>
    (await handle.read(buffer, 0, buffer.length, position)).bytesRead,
};
const [start, cpu] = [performance.now(), process.cpuUsage()];
const name = await readName(file);
const { user, system } = process.cpuUsage(cpu);
const ms = performance.now() - start;
const cost: NameCost = { component: name?.component, ms, cpuMs: (user + system) / 1000 };
console.log(JSON.stringify(cost));
