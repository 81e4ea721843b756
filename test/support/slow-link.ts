/** Two network namespaces and a link between them that takes its time: real latency, real black holes. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The far end: programs there listen on these. */
export const FAR_ADDRESSES = { v4: '10.77.0.2', v6: 'fd77::2' } as const;
/** Packets to these go over the link, and nothing ever comes back. */
export const BLACK_HOLES = { v4: '10.77.0.66', v6: 'fd77::66' } as const;
/** There is no route to this one. */
export const UNROUTED = { v6: '2001:db8::1' } as const;

const DELAY_LINE = fileURLToPath(new URL('delay-line.py', import.meta.url));

/** Why a link cannot be made here; undefined where it can. */
export function whyNoLink(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux has network namespaces';
  if (process.getuid?.() !== 0) return 'making a network namespace needs root';
  if (!existsSync('/dev/net/tun')) return '/dev/net/tun is missing';
  for (const [program, argument] of [['ip', '-V'] as const, ['python3', '-V'] as const]) {
    if (spawnSync(program, [argument], { stdio: 'ignore' }).status !== 0) return `${program} is not on PATH`;
  }
  const probe = `k8s-verify-probe-${process.pid}`;
  if (spawnSync('ip', ['netns', 'add', probe], { stdio: 'ignore' }).status !== 0)
    return 'no network namespace can be made on this machine';
  execFileSync('ip', ['netns', 'delete', probe]);
  return undefined;
}

export type End = 'near' | 'far';

export interface SlowLink extends AsyncDisposable {
  /** The words that run a program at one end, before its own. */
  readonly at: (end: End) => readonly string[];
}

function ip(...words: readonly string[]): void {
  execFileSync('ip', words, { stdio: 'pipe' });
}

/** @param delayMs for one way; an answer takes twice that. */
export async function openSlowLink(delayMs: number): Promise<SlowLink> {
  const name = (end: End): string => `k8s-verify-${process.pid}-${delayMs}-${end}`;
  for (const end of ['near', 'far'] as const) ip('netns', 'add', name(end));
  const line = spawn('ip', ['netns', 'exec', name('near'), 'python3', DELAY_LINE, String(delayMs)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => {
    line.once('close', () => resolve());
  });
  await firstOutput(line);
  ip('-n', name('near'), 'link', 'set', 'far', 'netns', name('far'));
  for (const [end, number] of [['near', 1] as const, ['far', 2] as const]) {
    ip('-n', name(end), 'address', 'add', `10.77.0.${number}/24`, 'dev', end);
    ip('-n', name(end), 'address', 'add', `fd77::${number}/64`, 'dev', end, 'nodad');
    ip('-n', name(end), 'link', 'set', 'lo', 'up');
    ip('-n', name(end), 'link', 'set', end, 'up');
  }
  return {
    at: (end) => ['ip', 'netns', 'exec', name(end)],
    [Symbol.asyncDispose]: async () => {
      line.stdin.end();
      await ended;
      for (const end of ['near', 'far'] as const) ip('netns', 'delete', name(end));
    },
  };
}

/** What a program says first. */
export async function firstOutput(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', (bytes: Buffer) => resolve(bytes.toString().trim()));
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`${child.spawnfile} ended with ${code}`)));
  });
}
