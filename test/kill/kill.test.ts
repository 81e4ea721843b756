import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { newContent } from './content.ts';
import { type KillPlan, killAtRandomMoments, runToEnd } from './kill-at-random.ts';

const program = fileURLToPath(new URL('install-program.ts', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'k8s-verify-kill-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 2 ** 31);

/** The old content or the new one, whole; anything else fails the test. */
function whichContent(name: string, bytes: number, moment: string): 'old' | 'new' {
  const path = join(directory, name);
  const found = readFileSync(path);
  if (found.equals(Buffer.from(`the old ${name}`))) return 'old';
  expect(found.equals(newContent(name, bytes)), `${name} is neither old nor new at ${moment}`).toBe(true);
  expect(statSync(path).mode & 0o777, `the mode of ${name} at ${moment}`).toBe(0o755);
  return 'new';
}

describe('SIGKILL at 200 random moments of an install over older binaries', () => {
  it.each([
    // Most of the time goes into staging.
    { what: 'one large artifact', names: ['kubectl'], bytes: 16 << 20, clockStartsAt: 'staging', kills: 100 },
    // All of the time goes into the few system calls that place them.
    {
      what: 'five small ones while they are placed',
      names: ['kubeadm', 'kubectl', 'kubelet', 'kube-proxy', 'mounter'],
      bytes: 50_000,
      clockStartsAt: 'placing',
      kills: 100,
    },
  ])('$what: each is the old one or the new one, whole, and the next run cleans up', async (part) => {
    const { names, bytes, clockStartsAt, kills } = part;
    const seen = { old: 0, new: 0, leftovers: 0 };
    const plan: KillPlan = {
      command: [process.execPath, program, directory, `${bytes}`, ...names],
      clockStartsAt,
      kills,
      seed,
      prepare: () => {
        for (const name of names) writeFileSync(join(directory, name), `the old ${name}`, { mode: 0o755 });
      },
      afterKill: (moment) => {
        for (const name of names) seen[whichContent(name, bytes, moment)] += 1;
        if (readdirSync(directory).length > names.length) seen.leftovers += 1;
      },
    };
    const report = await killAtRandomMoments(plan);
    process.stdout.write(
      `kill test: seed ${seed}, ${part.what}: ${report.killed} of ${kills} runs killed within ` +
        `${report.duration.toFixed(1)} ms, found ${seen.old} old and ${seen.new} new files; ` +
        `${seen.leftovers} runs left something for the next one\n`,
    );
    // Otherwise this would have tested nothing.
    expect(Math.min(report.killed, seen.old, seen.new, seen.leftovers)).toBeGreaterThan(0);

    await runToEnd(plan);
    expect(readdirSync(directory).sort()).toEqual(names.toSorted());
    for (const name of names) expect(whichContent(name, bytes, 'the last run')).toBe('new');
    for (const name of names) rmSync(join(directory, name));
  });
});
