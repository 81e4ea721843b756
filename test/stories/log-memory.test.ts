/** A log that shows a machine two views of itself is found out, by what an earlier run kept. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { onTestFinished, describe, expect, it } from 'vitest';
import { createClient } from '../../src/client.ts';
import { exitCodeFor } from '../../src/exit-codes.ts';
import { installRelease } from '../../src/install.ts';
import type { RunResult } from '../../src/result.ts';
import { type Fault, fault } from '#support/http/faults';
import {
  createLocalSigstore,
  type LocalSigstore,
  type RunningSigstore,
  serveSigstore,
} from '#support/local-sigstore';
import { freshKey, type MakeKey } from '#support/sigstore/keys';
import { startReleaseServer } from '#support/release-server';
import { testDir } from '#support/test-dir';
import { rejection } from '#support/thrown-by';

const VERSIONS: Readonly<Record<string, string>> = { first: 'v1.30.1', second: 'v1.30.2' };
const TREES = ['1000000000000001', '1000000000000002'];

/** The same keys each time that one of a name is asked for. */
function sameKeys(): MakeKey {
  const made = new Map<string, ReturnType<MakeKey>>();
  return (name, kind) => {
    const key = made.get(`${name} ${kind}`) ?? freshKey(name, kind);
    made.set(`${name} ${kind}`, key);
    return key;
  };
}

interface Machine {
  /** `meanwhile` runs once the file is asked for, and before that is answered. */
  readonly run: (
    sigstore: RunningSigstore,
    name: string,
    meanwhile?: () => Promise<void>,
  ) => Promise<RunResult>;
  readonly kept: () => readonly string[];
  readonly path: (...names: readonly string[]) => string;
}

async function serve(sigstore: LocalSigstore): Promise<RunningSigstore> {
  const running = await serveSigstore(sigstore);
  onTestFinished(() => running.close());
  return running;
}

/** Two logs with one key that were one once: what a log shows to different people. */
async function twoViews(): Promise<readonly [RunningSigstore, RunningSigstore]> {
  const makeKey = sameKeys();
  const options = { makeKey, rekor: { treeIds: TREES } };
  return [await serve(createLocalSigstore(options)), await serve(createLocalSigstore(options))];
}

async function machine(): Promise<Machine> {
  const dir = await testDir();
  const releases = await startReleaseServer();
  onTestFinished(() => releases.close());
  return {
    path: (...names) => dir.join(...names),
    kept: () => (existsSync(dir.join('data')) ? readdirSync(dir.join('data', 'checkpoints')).toSorted() : []),
    run: async (sigstore, name, meanwhile) => {
      const version = VERSIONS[name] ?? 'v1.30.3';
      const release = { version, platform: 'linux/amd64', component: 'kubectl' };
      await releases.publishRelease({ ...release, bytes: Buffer.from(name), sigstore });
      if (meanwhile !== undefined) {
        const held: Fault = async (reply) => {
          await meanwhile();
          return { reply };
        };
        releases.http.fault(`/${version}/bin/linux/amd64/kubectl`, held, { times: 1 });
      }
      const trustedRootFile = dir.join('trusted_root.json');
      writeFileSync(trustedRootFile, sigstore.trustedRoot());
      await using client = createClient({ retries: 0, dataDirectory: dir.join('data') });
      return await installRelease(
        {
          artifacts: [release],
          destination: { kind: 'directory', path: dir.join(name) },
          sources: [releases.url],
          rekorUrl: sigstore.rekorUrl,
          trustedRootFile,
        },
        client,
      );
    },
  };
}

const proofsAsked = ({ rekorServer }: RunningSigstore): number =>
  rekorServer.http.requests.filter(({ path }) => path === '/api/v1/log/proof').length;

describe('the memory of the log', () => {
  it('keeps the newest head, and has the log prove that it has only grown', async () => {
    const [log] = await twoViews();
    const { run, kept, path } = await machine();
    await run(log, 'first');
    const [name = ''] = kept();
    const before = readFileSync(path('data', 'checkpoints', name), 'utf8');
    expect([kept().length, proofsAsked(log)]).toEqual([1, 0]);
    expect(await run(log, 'second')).toMatchObject({ notes: [] });
    const [newer = '', ...others] = kept();
    expect([others, proofsAsked(log)]).toEqual([[], 1]);
    const sizes = [before, readFileSync(path('data', 'checkpoints', newer), 'utf8')].map((text) =>
      Number(text.split('\n')[1]),
    );
    expect(sizes[1]).toBeGreaterThan(sizes[0] ?? 0);
  });

  it('refuses another root of the same size, saves both heads, and says where', async () => {
    const [one, other] = await twoViews();
    const { run, kept, path } = await machine();
    await run(one, 'first');
    const error = await rejection(run(other, 'second'));
    expect(error).toMatchObject({ code: 'log-inconsistent', check: 'checkpoint' });
    expect(exitCodeFor(error)).toBe(16);
    const saved = kept().find((name) => name.startsWith('split-')) ?? '';
    expect(error.next).toContain(path('data', 'checkpoints', saved));
    const text = readFileSync(path('data', 'checkpoints', saved), 'utf8');
    expect(text.match(/^rekor\.sigstore\.test - \d+$/gm)).toHaveLength(2);
    expect(existsSync(path('second'))).toBe(false);
  });

  it('refuses a newer tree that does not hold the older one', async () => {
    const [one, other] = await twoViews();
    const { run, path } = await machine();
    await run(one, 'first');
    other.signBlob({ bytes: Buffer.from('something else') });
    const error = await rejection(run(other, 'second'));
    expect(error).toMatchObject({
      code: 'log-inconsistent',
      wanted: expect.stringContaining('a tree that holds'),
    });
    expect(existsSync(path('second'))).toBe(false);
  });

  it.each([
    ['refuses', fault.status(400, { body: '{"code":400,"message":"no"}' })],
    ['is down', fault.status(503)],
    ['does not answer', fault.stall()],
    ['sends a page', fault.html()],
    ['sends something else', fault.body('{"hashes":"none"}')],
  ])('goes on with a note where the log %s', async (_name, broken) => {
    const [log] = await twoViews();
    const { run } = await machine();
    await run(log, 'first');
    log.rekorServer.answerWith('/api/v1/log/proof', broken);
    expect((await run(log, 'second')).notes.map(({ code }) => code)).toEqual(['log-not-compared']);
  });

  it('keeps the newest head also where a slower run saw an older one', async () => {
    const [log] = await twoViews();
    const { run, kept } = await machine();
    await run(log, 'first');
    let newest: readonly string[] = [];
    // It has its proof, and its download does not go on before the next run has ended.
    await run(log, 'slow', async () => {
      await run(log, 'second');
      newest = kept();
    });
    expect([newest.length, kept()]).toEqual([1, newest]);
  });

  it('does not take a kept head that the log did not sign', async () => {
    const [one, other] = await twoViews();
    const { run, kept, path } = await machine();
    await run(one, 'first');
    const [name = ''] = kept();
    const file = path('data', 'checkpoints', name);
    // The head of another view, by someone who can write here and has no key of the log.
    writeFileSync(file, readFileSync(file, 'utf8').replace(/\n[0-9]+\n/, '\n9999\n'));
    expect((await run(other, 'second')).notes.map(({ code }) => code)).toEqual(['kept-not-used']);
    expect(proofsAsked(other)).toBe(0);
  });
});
