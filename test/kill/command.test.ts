/**
 * SIGKILL through the real command, at moments spread over its whole life: start, look-ups, download, staging, placing,
 * end. `K8S_VERIFY_KILLS` says how often (`npm run test:long`: 200), `KILL_SEED` repeats the moments of an earlier run.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createLocalSigstore } from '#support/local-sigstore';
import { startReleaseServer } from '#support/release-server';
import { CLI_PATH } from '#support/run-cli';
import { startRekorServer } from '#support/sigstore/rekor-server';
import { createTempDir } from '#support/temp-dir';
import { newContent } from './content.ts';
import { type KillPlan, killAtRandomMoments, runToEnd } from './kill-at-random.ts';

const KILLS = Number(process.env['K8S_VERIFY_KILLS'] ?? 20);
const SEED = Number(process.env['KILL_SEED'] ?? Date.now() % 2 ** 31);
/** So that a good part of the run's time goes into the download. */
const BINARY = newContent('kubectl', 12 << 20);
const OLD = Buffer.from('the old kubectl');

describe(`SIGKILL at ${KILLS} random moments of k8s-verify kubectl`, { timeout: 600_000 }, () => {
  it('leaves the old binary or the complete new one, and the next run cleans up', async () => {
    const sigstore = createLocalSigstore();
    await using rekor = await startRekorServer(sigstore.rekor);
    await using releases = await startReleaseServer();
    await using dir = await createTempDir('k8s-verify-kill-');
    await using trust = await createTempDir('k8s-verify-kill-trust-');
    const release = { version: 'v1.30.2', platform: 'linux/amd64', component: 'kubectl' };
    await releases.publishRelease({ ...release, bytes: BINARY, sigstore });
    const trustedRoot = trust.join('trusted_root.json');
    writeFileSync(trustedRoot, sigstore.trustedRoot());
    const kubectl = dir.join('kubectl');
    const seen = { old: 0, new: 0, leftovers: 0 };
    const plan: KillPlan = {
      command: [
        process.execPath,
        CLI_PATH,
        'kubectl',
        'v1.30.2',
        '--platform=linux/amd64',
        `--install-dir=${dir.path}`,
        `--mirror=${releases.url}`,
        `--rekor-url=${rekor.url}`,
        `--trusted-root=${trustedRoot}`,
      ],
      env: { NO_PROXY: '*', no_proxy: '*' },
      kills: KILLS,
      seed: SEED,
      prepare: () => writeFileSync(kubectl, OLD, { mode: 0o755 }),
      afterKill: (moment) => {
        const found = readFileSync(kubectl);
        const isNew = found.equals(BINARY);
        expect(isNew || found.equals(OLD), `neither old nor new at ${moment}`).toBe(true);
        expect(statSync(kubectl).mode & 0o777, `the mode at ${moment}`).toBe(0o755);
        seen[isNew ? 'new' : 'old'] += 1;
        if (readdirSync(dir.path).length > 1) seen.leftovers += 1;
      },
    };
    const { killed, duration } = await killAtRandomMoments(plan);
    process.stdout.write(
      `kill test: seed ${SEED}, the command: ${killed} of ${KILLS} runs killed within ${duration.toFixed(0)} ms, ` +
        `found ${seen.old} old and ${seen.new} new files; ${seen.leftovers} runs left something for the next one\n`,
    );
    // Otherwise this would have tested nothing.
    expect(Math.min(killed, seen.old)).toBeGreaterThan(0);

    plan.prepare();
    await runToEnd(plan);
    expect(readdirSync(dir.path)).toEqual(['kubectl']);
    expect(readFileSync(kubectl).equals(BINARY)).toBe(true);
  });
});
