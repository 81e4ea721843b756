/**
 * The table of running downloads in a real terminal (tmux), as it stands while the server is silent. The figures that
 * differ from run to run are replaced. `npx vitest run test/transcripts/live-table.test.ts -u` writes the files anew.
 */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { fault } from '#support/http/faults';
import { seededBody } from '#support/http/large-bodies';
import { CLI_PATH } from '#support/run-cli';
import type { TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import { startWorld, type World } from '#support/world';
import { PLATFORM } from './internet.ts';

const HAS_TMUX = spawnSync('tmux', ['-V']).status === 0;
const PATIENT = { timeout: 30_000, interval: 100 };

interface Pane {
  /** The lines on the screen, without empty ones. */
  readonly lines: () => readonly string[];
  /** The same, after those that have left the screen at its top. */
  readonly history: () => readonly string[];
  readonly resize: (columns: number) => void;
  readonly goAway: () => void;
}

/** What a shell runs, with the command in it. */
type Around = (command: string) => string;

/** Runs the command in a terminal of its own until the test ends. */
function openPane(
  command: readonly string[],
  columns: number,
  locale: string,
  around: Around = (words) => words,
): Pane {
  const server = randomUUID();
  const tmux = (...words: readonly string[]): string =>
    spawnSync('tmux', ['-L', server, '-f', '/dev/null', ...words], { encoding: 'utf8' }).stdout;
  onTestFinished(() => void tmux('kill-server'));
  const env = ['env', '-u', 'CI', '-u', 'NO_COLOR', '-u', 'K8S_VERIFY_NO_PROGRESS', `LC_ALL=${locale}`];
  // Everything that is on the screen was put there by the command.
  const words = [...env, process.execPath, CLI_PATH, ...command].map((word) => `'${word}'`).join(' ');
  tmux('-u', 'new-session', '-d', '-x', String(columns), '-y', '24', around(words));
  const captured = (...more: readonly string[]): readonly string[] =>
    tmux('capture-pane', '-p', ...more)
      .split('\n')
      .map((line) => line.trimEnd())
      .filter((line) => line !== '');
  return {
    // A row comes with the first byte, which of several is first by chance.
    lines: () => captured().toSorted(),
    history: () => captured('-S', '-'),
    goAway: () => void tmux('kill-server'),
    resize: (to) => void tmux('resize-window', '-x', String(to), '-y', '24'),
  };
}

/** Of three files, two are half there, and the third is a tenth there. */
const FILES = {
  kubeadm: { bytes: 6_000_000, received: 3_000_000 },
  kubectl: { bytes: 3_000_000, received: 1_500_000 },
  kubelet: { bytes: 10_000_000, received: 1_000_000 },
};

async function silentDownloads(dir?: TempDir): Promise<readonly string[]> {
  return downloads(dir ?? (await testDir()), ({ http }, path, received) =>
    http.fault(path, fault.stall(received)),
  );
}

/** Some seconds in all. */
function slowDownloads(dir: TempDir): Promise<readonly string[]> {
  return downloads(dir, ({ http }) => http.limitRate(60_000_000));
}

type Hinder = (releases: World['releases'], path: string, received: number) => void;

async function downloads(dir: TempDir, hinder: Hinder): Promise<readonly string[]> {
  const world = await startWorld({ directory: dir.path });
  onTestFinished(() => world.close());
  for (const [component, { bytes, received }] of Object.entries(FILES)) {
    const { path } = await world.releases.publishRelease({
      version: 'v1.30.2',
      platform: PLATFORM,
      component,
      bytes: seededBody(component, bytes),
      sigstore: world.sigstore,
    });
    hinder(world.releases, path, received);
  }
  const options = [...world.options, '--install-dir', dir.join('bin'), '--data-dir', dir.join('data')];
  return [...Object.keys(FILES), 'v1.30.2', ...options];
}

const COMPLETE = /^ *kubeadm.* 50 %[^]*kubectl.* 50 %[^]*kubelet.* 10 %/;

async function tableOf(pane: Pane): Promise<string> {
  const lines = await vi.waitFor(() => {
    const found = pane.lines();
    expect(found.join('\n')).toMatch(COMPLETE);
    return found;
  }, PATIENT);
  return `${lines.map(withoutFigures).join('\n')}\n`;
}

function withoutFigures(line: string): string {
  return line.replace(/ +[\d.]+ (?:bytes|kB|MB)\/s.*$/, '  9.9 MB/s  9 s');
}

describe.skipIf(!HAS_TMUX)('the table in a terminal (needs tmux)', () => {
  it.each([40, 60, 80, 200])('of %i columns', async (columns) => {
    const pane = openPane(await silentDownloads(), columns, 'C.UTF-8');
    await expect(await tableOf(pane)).toMatchFileSnapshot(`tables/${columns}.txt`);
  });

  it('that knows only ASCII', async () => {
    const pane = openPane(await silentDownloads(), 80, 'C');
    await expect(await tableOf(pane)).toMatchFileSnapshot('tables/ascii.txt');
  });

  it('that becomes narrower and wider while it is drawn, without a line that is left over', async () => {
    const pane = openPane(await silentDownloads(), 100, 'C.UTF-8');
    expect(await tableOf(pane)).toMatch(/[\u2588]/);
    const bar = /\u2588/;
    const steps = [
      { columns: 45, file: 'narrowed', isDrawn: (screen: string) => !bar.test(screen) },
      { columns: 100, file: 'widened', isDrawn: (screen: string) => bar.test(screen) },
      { columns: 60, file: 'narrowed-again', isDrawn: (screen: string) => !bar.test(screen) },
    ];
    for (const { columns, file, isDrawn } of steps) {
      pane.resize(columns);
      await vi.waitFor(() => {
        const lines = pane.lines();
        expect(lines).toHaveLength(3);
        expect(isDrawn(lines.join('\n'))).toBe(true);
      }, PATIENT);
      await expect(await tableOf(pane)).toMatchFileSnapshot(`tables/${file}.txt`);
    }
  });

  it('below a full screen leaves no row behind, in the history neither', async () => {
    const pane = openPane(await silentDownloads(), 100, 'C.UTF-8', (words) => `seq 101 130; exec ${words}`);
    const rows = (): readonly string[] => pane.history().filter((line) => !/^1\d\d$/.test(line));
    await vi.waitFor(() => expect(rows().join('\n')).toMatch(/\u2588.* 10 %/), PATIENT);
    for (const columns of [45, 100, 60, 40, 120]) {
      pane.resize(columns);
      const width = columns - 1;
      await vi.waitFor(() => {
        const found = rows();
        expect(found).toHaveLength(3);
        expect(found.filter((row) => row.length > width)).toEqual([]);
        expect(found.join('').includes('\u2588')).toBe(columns >= 100);
      }, PATIENT);
    }
    expect(pane.history().filter((line) => /^1\d\d$/.test(line))).toHaveLength(30);
  });

  it('that is gone, and sends no signal: the run goes on to its end', async () => {
    const dir = await testDir();
    const pane = openPane(await slowDownloads(dir), 80, 'C.UTF-8', (words) => {
      writeFileSync(dir.join('run.sh'), `${words}\necho $? >'${dir.join('ended')}'\n`);
      return `setsid --wait sh '${dir.join('run.sh')}'`;
    });
    await vi.waitFor(() => expect(pane.lines().join('\n')).toMatch(/kubelet v1\.30\.2 .* \d+ %/), PATIENT);
    pane.goAway();
    const ended = (): string => readFileSync(dir.join('ended'), 'utf8');
    await vi.waitFor(() => expect(ended()).toBe('0\n'), PATIENT);
    expect(readdirSync(dir.join('bin')).toSorted()).toEqual(Object.keys(FILES));
  });

  it('that goes away: the run ends, and leaves nothing', async () => {
    const dir = await testDir();
    const pane = openPane(await silentDownloads(dir), 80, 'C.UTF-8');
    await tableOf(pane);
    expect(readdirSync(dir.join('bin')).length).toBeGreaterThan(0);
    pane.goAway();
    await vi.waitFor(() => expect(existsSync(dir.join('bin'))).toBe(false), PATIENT);
  });
});
