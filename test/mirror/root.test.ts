/** The trusted root that a mirror carries is the newest verified one, whichever run wrote it. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { writeNewestRoot } from '../../src/flow/mirror-root.ts';
import { createClient, mirror, type MirrorInput, type MirrorResult } from '../../src/index.ts';
import { MirrorTree } from '../../src/mirror/tree.ts';
import { readTrustedRoot } from '../../src/trust/read-trusted-root.ts';
import { LoopbackServer } from '#support/http/loopback-server';
import { testServers } from '#support/test-servers';
import { createTufRepository, type TufRepository } from '#support/tuf-repository';
import { mirrorWorld, type MirrorWorld, publish, VERSION } from './mirror-world.ts';

const servers = await testServers();
const { sigstore } = servers;
const TARGET = 'trusted_root.json';
const STATE = 'trusted_root.tuf.json';
const OLDER = Buffer.from(sigstore.trustedRoot());
/** The same trust in other bytes. */
const NEWER = Buffer.from(`${sigstore.trustedRoot()}\n`);

interface RootWorld extends MirrorWorld {
  readonly repository: TufRepository;
  readonly tuf: { readonly url: string; readonly rootFile: string };
  /** Fills the mirror, or another directory, with what this machine keeps. */
  readonly fill: (machine: string, change?: Partial<MirrorInput>) => Promise<MirrorResult>;
  /** The same with a trusted root that is named. */
  readonly fillNamed: () => Promise<MirrorResult>;
}

async function rootWorld(): Promise<RootWorld> {
  await publish(servers, ['kubectl'], [VERSION], ['linux/amd64']);
  const world = await mirrorWorld(servers);
  const repository = createTufRepository({ targets: { [TARGET]: OLDER } });
  const server = await LoopbackServer.start((request) => repository.handler(request));
  onTestFinished(() => server.close());
  const rootFile = world.dir.join('tuf-root.json');
  writeFileSync(rootFile, repository.firstRoot);
  const { trustedRoot = '', ...rest } = world.input;
  const input = { ...rest, artifacts: [`kubectl@${VERSION}`] };
  const run = async (machine: string, change: Partial<MirrorInput>): Promise<MirrorResult> => {
    await using client = createClient({ retries: 0, dataDirectory: world.dir.join(machine) });
    return await mirror({ ...input, ...change }, client);
  };
  const tuf = { url: server.url, rootFile };
  return {
    ...world,
    repository,
    tuf,
    fill: (machine, change = {}) => run(machine, { tufUrl: tuf.url, tufRootPath: rootFile, ...change }),
    fillNamed: () => run('named', { trustedRoot }),
  };
}

const codes = ({ notes }: MirrorResult): readonly string[] => notes.map(({ code }) => code);

describe('the trusted root of a mirror', () => {
  it('lies there with what the repository signed, and stays as it is in the next run', async () => {
    const { fill, at } = await rootWorld();
    expect(codes(await fill('one'))).toEqual([]);
    expect(readFileSync(at(TARGET))).toEqual(OLDER);
    const state = readFileSync(at(STATE));
    expect(codes(await fill('one'))).toEqual([]);
    expect(readFileSync(at(STATE))).toEqual(state);
  });

  it('is not written over by the older one of another machine', async () => {
    const { fill, at, dir, repository } = await rootWorld();
    await fill('late', { to: dir.join('elsewhere') });
    repository.publish({ targets: { [TARGET]: NEWER } });
    await fill('early');
    expect(readFileSync(at(TARGET))).toEqual(NEWER);
    const state = readFileSync(at(STATE));
    // It asked a moment ago, and does not ask again.
    const result = await fill('late');
    expect(result.notes).toMatchObject([
      { code: 'mirror-root-kept', text: expect.stringContaining('it is newer than that of this run') },
    ]);
    expect(readFileSync(at(TARGET))).toEqual(NEWER);
    expect(readFileSync(at(STATE))).toEqual(state);
  });

  it('is renewed by a newer one, without a word', async () => {
    const { fill, at, repository } = await rootWorld();
    await fill('one');
    repository.publish({ targets: { [TARGET]: NEWER } });
    expect(codes(await fill('two'))).toEqual([]);
    expect(readFileSync(at(TARGET))).toEqual(NEWER);
  });

  it('is replaced by a file that is named, where the state is of another repository and shows nothing', async () => {
    const { fill, fillNamed, at, repository } = await rootWorld();
    repository.publish({ targets: { [TARGET]: NEWER } });
    await fill('one');
    expect(codes(await fillNamed())).toEqual(['mirror-root-replaced']);
    expect(readFileSync(at(TARGET))).toEqual(OLDER);
    expect(existsSync(at(STATE))).toBe(false);
    expect(codes(await fillNamed())).toEqual([]);
  });

  it.each([
    ['a file, which has no date', undefined, NEWER, ['nothing says how old that of this run is']],
    ['the built-in one of an older program', '2024-01-01', NEWER, ['it is newer than that of this run']],
    ['the built-in one of a newer program', '2999-01-01', OLDER, []],
  ])('is compared with %s by the date', async (_, date, expected, why) => {
    const { fill, at, repository, to, tuf } = await rootWorld();
    repository.publish({ targets: { [TARGET]: NEWER } });
    await fill('one');
    await using tree = await MirrorTree.open(to);
    const asOf = date === undefined ? undefined : new Date(date);
    const trust = readTrustedRoot(OLDER, { kind: 'memory' }, asOf);
    const notes = await writeNewestRoot({ trust, trustShownBy: undefined }, tree, { tuf }, new Date());
    expect(notes.map(({ text }) => /: ([^;]+);/.exec(text)?.[1])).toEqual(why);
    expect(readFileSync(at(TARGET))).toEqual(expected);
    expect(existsSync(at(STATE))).toBe(expected === NEWER);
  });

  it.each<readonly [string, (world: RootWorld) => void, readonly string[]]>([
    ['is swapped', ({ at }) => writeFileSync(at(TARGET), 'of somebody'), []],
    ['is gone', ({ at }) => rmSync(at(TARGET)), []],
    [
      'is another one, and nothing shows its age',
      ({ at }) => {
        rmSync(at(STATE));
        writeFileSync(
          at(TARGET),
          sigstore.trustedRoot((root) => void root.ctlogs.splice(0)),
        );
      },
      ['mirror-root-replaced'],
    ],
    [
      'has a state that another key signed',
      ({ at }) => {
        const other = createTufRepository({ targets: { [TARGET]: NEWER } });
        const timestamp = other.files.get('/timestamp.json') ?? Buffer.from('');
        const state: unknown = JSON.parse(readFileSync(at(STATE), 'utf8'));
        const forged = { ...Object(state), timestamp: Buffer.from(timestamp).toString('base64') };
        writeFileSync(at(STATE), JSON.stringify(forged));
        writeFileSync(at(TARGET), NEWER);
      },
      ['mirror-root-replaced'],
    ],
  ])('is healed where it %s', async (_, damage, notes) => {
    const world = await rootWorld();
    await world.fill('one');
    damage(world);
    expect(codes(await world.fill('one'))).toEqual(notes);
    expect(readFileSync(world.at(TARGET))).toEqual(OLDER);
  });
});
