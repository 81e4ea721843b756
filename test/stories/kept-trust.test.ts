/** What a run keeps of a TUF repository for later ones: whatever became of it, it costs requests at most. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { NO_OTHER_USER, OTHER_UID } from '#support/other-user';
import { testServers } from '#support/test-servers';
import type { Fault } from '#support/http/faults';
import { createTufRepository } from '#support/tuf-repository';
import { prepareRefreshed, type RefreshedRun } from './support/refreshed-run.ts';

const servers = await testServers();
const { sigstore, releases } = servers;
const TARGET = 'trusted_root.json';
const ROOT = Buffer.from(sigstore.trustedRoot());
/** From before the log that the certificates are in. */
const OLDER = Buffer.from(sigstore.trustedRoot((root) => void root.ctlogs.splice(0)));
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

beforeEach(async () => {
  const bytes = Buffer.from('kubectl v1.30.2');
  const release = { version: 'v1.30.2', platform: 'linux/amd64', component: 'kubectl', bytes };
  await releases.publishRelease({ ...release, sigstore });
});

/** The only file that is kept. */
function keptFile({ dir }: RefreshedRun): string {
  const [name] = readdirSync(dir.join('data', 'trust'));
  if (name === undefined) throw new Error('nothing is kept');
  return dir.join('data', 'trust', name);
}

type Plant = (file: string, elsewhere: string) => void;

interface Healed {
  readonly root: string;
  /** The notes of the run, in words. */
  readonly why: string;
  readonly requests: number;
  /** Whether the state is a file of ours again, and what a link led to is as it was. */
  readonly isOurs: boolean;
  readonly isUntouched: boolean;
  readonly requestsLater: number;
}

const HEALED = { root: sha256(ROOT), requests: 5, isOurs: true, isUntouched: true, requestsLater: 0 };

/** Something else stands where the state of the last run was, which would be good enough and is elsewhere now. */
async function afterPlanting(plant: Plant): Promise<Healed> {
  const run = await prepareRefreshed(servers);
  await run.install();
  const file = keptFile(run);
  const elsewhere = run.dir.join('elsewhere');
  renameSync(file, elsewhere);
  const honest = readFileSync(elsewhere);
  plant(file, elsewhere);
  run.asked();
  const { trustedRoot } = await run.install();
  const why = run.notes().map(({ code, text }) => `${code}: ${text}`);
  const requests = run.asked().length;
  const found = lstatSync(file);
  await run.install();
  return {
    root: trustedRoot.sha256,
    why: why.join('\n'),
    requests,
    isOurs: found.isFile() && found.uid === lstatSync(run.dir.path).uid && found.size === honest.length,
    isUntouched: readFileSync(elsewhere).equals(honest),
    requestsLater: run.asked().length,
  };
}

describe('what is kept of a trusted root', () => {
  it('is verified again: a file that is cut or of another repository costs requests, and is healed', async () => {
    const run = await prepareRefreshed(servers);
    await run.install();
    const file = keptFile(run);
    const honest = readFileSync(file);
    const other = await prepareRefreshed(servers, { targets: { [TARGET]: OLDER } });
    await other.refused();
    for (const damage of [
      () => truncateSync(file, honest.length - 20),
      () => truncateSync(file, 0),
      () => writeFileSync(file, readFileSync(keptFile(other))),
    ]) {
      damage();
      run.asked();
      const { trustedRoot } = await run.install();
      expect(trustedRoot.sha256).toBe(sha256(ROOT));
      expect(run.asked()).toHaveLength(5);
      expect(readFileSync(file).length).toBe(honest.length);
    }
  });

  it.each([
    ['a field that this one does not know', (text: string) => text.replace('{', '{"witnesses":[],')],
    ['another version of the format', (text: string) => text.replace('"schema":1', '"schema":2')],
    ['a target that this one does not know', (text: string) => text.replace(TARGET, 'trusted_root.v9.json')],
  ])(
    'may be by another version of the program, with %s: a note, and it is written anew',
    async (_, alter) => {
      const run = await prepareRefreshed(servers);
      await run.install();
      const file = keptFile(run);
      const ours = readFileSync(file, 'utf8');
      const theirs = alter(ours);
      expect(theirs).not.toBe(ours);
      writeFileSync(file, theirs);
      run.asked();
      const { trustedRoot } = await run.install();
      expect(trustedRoot.sha256).toBe(sha256(ROOT));
      expect(run.notes()).toMatchObject([{ code: 'kept-not-used', text: expect.stringContaining(file) }]);
      expect(run.asked()).toHaveLength(5);
      expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
        ...JSON.parse(ours),
        checkedAt: expect.any(String),
      });
      await run.install();
      expect([run.asked(), run.notes()]).toEqual([[], []]);
    },
  );

  it('of another version of the program is left where that version has another name for it', async () => {
    const run = await prepareRefreshed(servers);
    mkdirSync(run.dir.join('data', 'trust'), { recursive: true, mode: 0o700 });
    const theirs = run.dir.join('data', 'trust', 'f'.repeat(64));
    writeFileSync(theirs, '{"schema":2}');
    await run.install();
    expect(run.notes()).toEqual([]);
    expect(readFileSync(theirs, 'utf8')).toBe('{"schema":2}');
    expect(readdirSync(run.dir.join('data', 'trust'))).toHaveLength(2);
  });

  it.each<readonly [string, Plant, RegExp]>([
    ['a link', (file, elsewhere) => symlinkSync(elsewhere, file), /it is a link$/],
    ['a pipe', (file) => expect(spawnSync('mkfifo', [file]).status).toBe(0), /is not a regular file$/],
    [
      'a huge file',
      (file) => {
        writeFileSync(file, '');
        truncateSync(file, 10 * 2 ** 30);
      },
      /it is larger than \d+ bytes$/,
    ],
  ])('is not used where there is %s in its place, and is written anew', async (_, plant, why) => {
    expect(await afterPlanting(plant)).toEqual({ ...HEALED, why: expect.stringMatching(why) });
  });

  it.skipIf(NO_OTHER_USER !== undefined)(
    `is not used where another user wrote it, and is written anew (${NO_OTHER_USER ?? 'here'})`,
    async () => {
      const found = await afterPlanting((file, elsewhere) => {
        copyFileSync(elsewhere, file);
        chownSync(file, OTHER_UID, OTHER_UID);
      });
      expect(found).toEqual({ ...HEALED, why: expect.stringMatching(/it belongs to another user \(\d+\)$/) });
    },
  );

  it('does not evict that of another repository, nor of another root to begin with', async () => {
    const run = await prepareRefreshed(servers);
    await run.install();
    const other = createTufRepository({ targets: { [TARGET]: ROOT } });
    run.repository.files.clear();
    for (const [path, bytes] of other.files) run.repository.files.set(path, bytes);
    const rootFile = run.dir.join('other.json');
    writeFileSync(rootFile, other.firstRoot);
    await run.install({ tuf: { url: run.tuf.url, rootFile } });
    expect(readdirSync(run.dir.join('data', 'trust'))).toHaveLength(2);
  });

  it('is whole with 50 runs at once', async () => {
    const run = await prepareRefreshed(servers);
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) =>
        run.install({ destination: { kind: 'directory', path: run.dir.join(`bin-${index}`) } }),
      ),
    );
    run.asked();
    await run.install();
    expect(run.asked()).toEqual([]);
  });

  it('is not replaced by what a slower run saw before', async () => {
    const run = await prepareRefreshed(servers, { targets: { [TARGET]: OLDER } });
    let newer = '';
    const held: Fault = async (reply) => {
      // The slower run has the old timestamp. The other one sees the next, and ends before it.
      run.repository.publish({ targets: { [TARGET]: ROOT } });
      newer = (await run.install()).trustedRoot.sha256;
      return { reply };
    };
    run.tuf.fault('/1.snapshot.json', held, { times: 1 });
    await run.refused({ destination: { kind: 'directory', path: run.dir.join('slow') } });
    run.asked();
    const { trustedRoot } = await run.install();
    expect([newer, trustedRoot.sha256, run.asked()]).toEqual([sha256(ROOT), sha256(ROOT), []]);
  });

  it('may be impossible: a note says so, and the install goes on', async () => {
    const run = await prepareRefreshed(servers);
    mkdirSync(run.dir.join('data'));
    chmodSync(run.dir.join('data'), 0o700);
    // A file where a directory should be: not even root can write into it.
    writeFileSync(run.dir.join('data', 'trust'), '');
    const { trustedRoot } = await run.install();
    expect(trustedRoot.sha256).toBe(sha256(ROOT));
    expect(run.notes().map(({ code }) => code)).toContain('not-kept');
  });
});
