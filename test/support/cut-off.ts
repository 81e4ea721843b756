/** Programs whose use of the network is watched, or that have none. Both take Linux. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const TRACED = ['-f', '-qq', '-e', 'trace=socket'] as const;

/** Why a program cannot be watched; undefined where it can. */
export const NO_TRACE: string | undefined =
  spawnSync('strace', [...TRACED, 'true']).status === 0 ? undefined : 'needs strace, and the right to trace';

/** A network namespace without any interface; not even loopback is up. */
const WITHOUT_NETWORK = ['unshare', '--map-root-user', '--net'] as const;

/** Why no program can be run without a network; undefined where it can. */
export const NO_CUT_OFF: string | undefined =
  spawnSync(WITHOUT_NETWORK[0], [...WITHOUT_NETWORK.slice(1), 'true']).status === 0
    ? undefined
    : 'needs unshare, and the right to make a network namespace';

export type Command = readonly [string, ...string[]];

/** The command in a namespace without a network. */
export function withoutNetwork(command: readonly string[]): Command {
  return [...WITHOUT_NETWORK, ...command];
}

/** The command, with each socket that it or its children open in a file. */
export function traced(command: readonly string[], file: string): Command {
  return ['strace', ...TRACED, '-o', file, ...command];
}

/** The sockets of the Internet in such a file: those of look-ups of names too. */
export function internetSockets(file: string): readonly string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => /\bAF_INET6?\b/.test(line));
}
