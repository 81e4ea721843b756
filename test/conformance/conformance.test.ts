import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runClient } from '../../scripts/conformance-client.ts';
import { DEFAULT_CASES, listRuns } from '../../scripts/conformance.ts';

const present = existsSync(DEFAULT_CASES);
const runs = present ? listRuns(DEFAULT_CASES) : [];

// The cases are test data of the sigstore-conformance suite and not part of the project: read in place, where present.
describe.skipIf(!present)('the sigstore-conformance cases (needs ../shared/conformance)', () => {
  it.each(runs)('$name by $by', async ({ accept, argv }) => {
    const { exitCode, message } = await runClient(argv);
    expect({ accepted: exitCode === 0, message }).toMatchObject({ accepted: accept });
    // Refused by a verdict, not by a crash; the suite's key.pub of one case is not PEM, which is "usage".
    expect(exitCode).not.toBe(1);
  });

  it('gives the same verdicts through the executable', async () => {
    const client = fileURLToPath(new URL('../../scripts/conformance-client', import.meta.url));
    const [accepted, refused] = [runs.find(({ accept }) => accept), runs.find(({ accept }) => !accept)];
    if (accepted === undefined || refused === undefined) throw new Error('cases of both kinds are needed');
    expect(spawnSync(client, accepted.argv)).toMatchObject({ status: 0 });
    const { exitCode, message } = await runClient(refused.argv);
    expect(spawnSync(client, refused.argv, { encoding: 'utf8' })).toMatchObject({
      status: exitCode,
      stderr: `${message}\n`,
    });
  });
});

describe('npm run conformance', () => {
  const script = fileURLToPath(new URL('../../scripts/conformance.ts', import.meta.url));
  const run = (args: readonly string[]): SpawnSyncReturns<string> =>
    spawnSync(process.execPath, [script, ...args], {
      encoding: 'utf8',
      env: { ...process.env, K8S_VERIFY_SHARED: '/nowhere' },
    });

  it('says in one line why it is skipped, and what to do', () => {
    const { status, stdout } = run([]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^conformance: skipped, because .* \/nowhere\/conformance\/cases; name .*\n$/);
  });

  it('fails where the directory that is named is not there', () => {
    expect(run(['/nowhere/else'])).toMatchObject({
      status: 2,
      stderr: 'conformance: there is no directory /nowhere/else\n',
    });
  });
});

describe('the conformance client', () => {
  it.each([
    ['nothing', []],
    ['an unknown command', ['sign-bundle', '--bundle', 'x', 'y']],
    ['no identity and no key', ['verify-bundle', '--bundle', 'x', 'y']],
    ['an identity without an issuer', ['verify-bundle', '--bundle', 'x', '--certificate-identity', 'a', 'y']],
    [
      'an identity and a key',
      [
        'verify-bundle',
        '--bundle',
        'x',
        '--certificate-identity',
        'a',
        '--certificate-oidc-issuer',
        'b',
        '--key',
        'k',
        'y',
      ],
    ],
    ['arguments after the artifact', ['verify-bundle', '--bundle', 'x', '--key', 'k', 'y', 'z']],
  ])('refuses %s', async (_, argv) => {
    expect(await runClient(argv)).toMatchObject({ exitCode: 2 });
  });
});
