import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { file, tarGz } from '../unit/archive/support/tar-writer.ts';
import { newContent } from './content.ts';
import { type KillPlan, killAtRandomMoments, runToEnd } from './kill-at-random.ts';

const program = fileURLToPath(new URL('install-program.ts', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'k8s-verify-kill-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Compiled once instead of with every run. */
const cache = mkdtempSync(join(tmpdir(), 'k8s-verify-compile-cache-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));
const env = { NODE_COMPILE_CACHE: cache };

/** A quiet machine takes a tenth of it. */
const PATIENCE = { timeout: 300_000 } as const;

const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 2 ** 31);
/** Half of them for each of the two installs; a fifth as many for the archive. */
const KILLS = Number(process.env['K8S_VERIFY_KILLS'] ?? 80);

/** The old content or the new one, whole; anything else fails the test. */
function whichContent(name: string, bytes: number, moment: string): 'old' | 'new' {
  const path = join(directory, name);
  const found = readFileSync(path);
  if (found.equals(Buffer.from(`the old ${name}`))) return 'old';
  expect(found.equals(newContent(name, bytes)), `${name} is neither old nor new at ${moment}`).toBe(true);
  expect(statSync(path).mode & 0o777, `the mode of ${name} at ${moment}`).toBe(0o755);
  return 'new';
}

describe(`SIGKILL at ${KILLS} random moments of an install over older binaries`, PATIENCE, () => {
  it.each([
    // Most of the time goes into staging.
    { what: 'one large artifact', names: ['kubectl'], bytes: 16 << 20, clockStartsAt: 'staging' },
    // All of the time goes into the few system calls that place them.
    {
      what: 'five small ones while they are placed',
      names: ['kubeadm', 'kubectl', 'kubelet', 'kube-proxy', 'mounter'],
      bytes: 50_000,
      clockStartsAt: 'placing',
    },
  ])('$what: each is the old one or the new one, whole, and the next run cleans up', async (part) => {
    const { names, bytes, clockStartsAt } = part;
    const kills = KILLS / 2;
    const seen = { old: 0, new: 0, leftovers: 0 };
    const plan: KillPlan = {
      command: [process.execPath, program, directory, `${bytes}`, ...names],
      env,
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

describe(`SIGKILL at ${KILLS / 5} random moments while an archive is unpacked`, PATIENCE, () => {
  it('leaves nothing at the target, or everything, and the next run cleans up', async () => {
    const extract = fileURLToPath(new URL('extract-program.ts', import.meta.url));
    const archive = join(directory, 'archive.tar.gz');
    const target = join(directory, 'target');
    const names = Array.from({ length: 60 }, (_, index) => `file-${index}`);
    writeFileSync(archive, tarGz(...names.map((name) => file(name, newContent(name, 50_000)))));
    let complete = 0;
    const plan: KillPlan = {
      command: [process.execPath, extract, archive, target],
      env,
      clockStartsAt: 'unpacking',
      kills: KILLS / 5,
      seed,
      prepare: () => rmSync(target, { recursive: true, force: true }),
      afterKill: (moment) => {
        if (!existsSync(target)) return;
        complete += 1;
        expect({ moment, names: readdirSync(target).sort() }).toEqual({ moment, names: names.toSorted() });
        for (const name of names) {
          expect(
            readFileSync(join(target, name)).equals(newContent(name, 50_000)),
            `${name}, ${moment}`,
          ).toBe(true);
        }
      },
    };
    const report = await killAtRandomMoments(plan);
    process.stdout.write(
      `kill test: seed ${seed}, an archive: ${report.killed} of ${plan.kills} runs killed, ${complete} complete targets\n`,
    );
    expect(report.killed).toBeGreaterThan(0);
    rmSync(target, { recursive: true, force: true });
    await runToEnd(plan);
    expect(readdirSync(directory).sort()).toEqual(['archive.tar.gz', 'target']);
  });
});
