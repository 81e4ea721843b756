/** Tells processes apart, so that a later one can ask whether the maker of a file still runs. */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { systemCode } from './disk-error.ts';

/** Whether the process with this ID and start time is still running; true if in doubt. */
export function isRunning(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return false;
  }
  const startNow = startOf(pid);
  return startNow === '0' || start === '0' || startNow === start;
}

/** When a process started, in clock ticks since boot; `0` if the system does not tell. */
export function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Field 22 in proc(5). The second field may contain spaces and parentheses, so count from the last parenthesis.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
  } catch {
    return '0';
  }
}

let knownHostTag: string | undefined;

/** Identifies this host, its boot and the process namespace. Within one tag a process ID is unambiguous. */
export function hostTag(): string {
  knownHostTag ??= createHash('sha256')
    .update([hostname(), textOf(readBootId), textOf(readNamespace)].join('\0'))
    .digest('hex')
    .slice(0, 8);
  return knownHostTag;
}

const readBootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1');
const readNamespace = (): string => readlinkSync('/proc/self/ns/pid');

function textOf(read: () => string): string {
  try {
    return read();
  } catch {
    // On Linux without /proc, another container may have the same host name, so we cannot ask about any process. On
    // other systems the addresses of the network interfaces tell apart two machines with the same name.
    return process.platform === 'linux' ? randomBytes(8).toString('hex') : addresses();
  }
}

function addresses(): string {
  const all = Object.values(networkInterfaces()).flatMap((one) => (one ?? []).map(({ mac }) => mac));
  return [...new Set(all)].sort().join(' ');
}
