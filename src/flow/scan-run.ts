import { counted } from '../text/counted.ts';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { throwIfInterrupted } from '../disk/disk-error.ts';
import { fileIn, type FileSearch, findFiles, type FoundFile, type Unread } from '../disk/find-files.ts';
import type { KeepingHashPool } from '../disk/keeping-hash-pool.ts';
import type { RootedTree, Spot } from '../disk/rooted-tree.ts';
import { localFileOf } from '../files/local-file.ts';
import { MAX_ARTIFACT_BYTES, MAX_SCAN_ENTRIES, MAX_SCAN_PROGRAMS } from '../limits.ts';
import { componentOfFileName } from '../names/file-name.ts';
import { type Note, note } from '../notes.ts';
import type { ScanRequest } from '../plan/scan-request.ts';
import { JudgingLine } from './judging-line.ts';
import { type FirstLook, hashAhead, lookInto } from './scan-ahead.ts';
import { MachineSurvey, type ScannedMachine, standingOf } from './scan-machine.ts';
import { type ScanPlace, SNAPS, usualPlaces } from './scan-places.ts';
import { identityKey, type RunningProgram, runningPrograms } from './scan-processes.ts';
import type { ScanContext, ScannedProgram } from './scan-program.ts';
import { unreadProgram } from './unread-program.ts';

/** What a scan says when it is done, besides the programs. */
export interface ScanSummary {
  /** What was looked at, and what could not be read. */
  readonly machine: ScannedMachine;
  /** What a person should know about the whole run. */
  readonly notes: readonly Note[];
}

/** What judges, and what is told. */
export interface Judging {
  readonly context: ScanContext;
  readonly pool: KeepingHashPool;
  readonly found: (program: ScannedProgram) => void;
}

/** How much one scan looks at. */
export interface ScanBounds {
  /** Entries of directories. */
  readonly entries: number;
  /** Programs that are judged, or told as unread. */
  readonly programs: number;
}

const BOUNDS: ScanBounds = { entries: MAX_SCAN_ENTRIES, programs: MAX_SCAN_PROGRAMS };

/** One run of a scan: finds programs, and has them judged in the order in which it finds them. */
export class ScanRun {
  readonly #request: ScanRequest;
  readonly #tree: RootedTree;
  readonly #judging: Judging;
  readonly #bounds: ScanBounds;
  /** Some are hashed while one is judged. */
  readonly #line: JudgingLine;
  /** Files that are judged already, each with the components that its names say: one file may have several names. */
  readonly #judged = new Map<string, Set<string | undefined>>();
  readonly #started = new Set<string>();
  #running: ReadonlyMap<string, RunningProgram> = new Map();
  readonly #survey: MachineSurvey;
  #entries = 0;
  #programs = 0;

  constructor(request: ScanRequest, tree: RootedTree, judging: Judging, bounds: ScanBounds = BOUNDS) {
    this.#request = request;
    this.#tree = tree;
    this.#judging = judging;
    this.#bounds = bounds;
    this.#line = new JudgingLine(judging.pool.size + 1);
    this.#survey = new MachineSurvey(tree, request.root === undefined);
  }

  async all(): Promise<ScanSummary> {
    try {
      const notes = await this.#find();
      await this.#line.end();
      return { machine: await this.#survey.machine(), notes };
    } finally {
      await this.#line.drop();
    }
  }

  async #find(): Promise<readonly Note[]> {
    const { paths, processes, root } = this.#request;
    const notes: Note[] = [];
    const running = processes ? await runningPrograms(this.#tree) : undefined;
    if (running !== undefined) {
      this.#running = running.programs;
      this.#survey.processes(running.programs.size, running.unread);
    }
    if (processes && running === undefined)
      notes.push(note('processes-not-read', 'there is no /proc that says what runs'));
    if (paths.length > 0) for (const path of paths) await this.#named(path);
    else {
      for (const place of usualPlaces(root === undefined)) await this.#place(place);
      await this.#snaps();
    }
    for (const one of this.#running.values()) await this.#program(one.file, one, false);
    return [...notes, ...(await this.#notes())];
  }

  async #notes(): Promise<readonly Note[]> {
    const notes: Note[] = [];
    const { unread, unreadProcesses: processes } = this.#survey;
    if (unread > 0) {
      const what = processes === 0 ? '' : `, ${processes} of them processes`;
      notes.push(
        note(
          'scan-unread',
          `${counted(unread, 'file or directory', 'files or directories')} could not be read${what}`,
        ),
      );
    }
    if (!this.#goesOn()) {
      const text = `it stopped after ${this.#entries} files, of which ${this.#programs} were judged`;
      notes.push(note('scan-stopped', text));
      // What it did not look at is not genuine.
      await this.#tell(unreadProgram(this.#tree.path, new Error(text)));
    }
    if (this.#programs === 0 && this.#request.paths.length === 0)
      notes.push(note('nothing-found', 'no Kubernetes program is in the usual places'));
    return notes;
  }

  #goesOn(): boolean {
    throwIfInterrupted(this.#request.signal);
    return this.#entries < this.#bounds.entries && this.#programs < this.#bounds.programs;
  }

  /** A path that the user named: what cannot be read of it is told one by one. */
  async #named(path: string): Promise<void> {
    let spot: Spot | undefined;
    try {
      spot = await this.#tree.find(this.#inTree(path));
      if (spot === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    } catch (cause) {
      const whole = this.#request.root === undefined ? resolve(path) : path;
      return this.#tell({ ...unreadProgram(path, cause), path: whole });
    }
    await using held = spot;
    if (held.kind === 'directory') await this.#directory(held, Number.POSITIVE_INFINITY, true);
    else if (held.status.isFile()) {
      const file = fileIn(held.directory, held.name, join(held.directory.path, held.name), held.status);
      this.#survey.lookedAt(file.path);
      await this.#program(file, undefined, true);
    } else await this.#tell(unreadProgram(path, new Error('a pipe or a device')));
  }

  /** Relative paths begin where the user is, or at the root that is named. */
  #inTree(path: string): string {
    return this.#request.root === undefined ? resolve(path) : path;
  }

  async #place({ path, depth }: ScanPlace): Promise<void> {
    let spot: Spot | undefined;
    try {
      spot = await this.#tree.find(path);
    } catch (error) {
      this.#survey.couldNotRead(path, error);
    }
    if (spot === undefined) return;
    await using held = spot;
    if (held.kind === 'directory') await this.#directory(held, depth, false);
  }

  async #snaps(): Promise<void> {
    let names: readonly string[] = [];
    try {
      await using snaps = await this.#tree.find(SNAPS);
      if (snaps?.kind === 'directory') names = (await snaps.directory.names()).toSorted();
    } catch (error) {
      this.#survey.couldNotRead(SNAPS, error);
    }
    for (const name of names) await this.#place({ path: `${SNAPS}/${name}/current`, depth: 2 });
  }

  async #directory({ directory }: Spot, depth: number, isNamed: boolean): Promise<void> {
    const key = identityKey(await directory.stat());
    if (this.#started.has(key)) return;
    this.#started.add(key);
    this.#survey.lookedAt(directory.path);
    const search: FileSearch = {
      tree: this.#tree,
      depth,
      oneFileSystem: this.#request.oneFileSystem,
      isWanted: (name) => componentOfFileName(name) !== undefined,
      goesOn: () => {
        this.#entries += 1;
        return this.#goesOn();
      },
    };
    for await (const one of findFiles(directory, search)) {
      if (one.kind === 'unread') await this.#unreadEntry(one, isNamed);
      else await this.#program(one, undefined, false);
    }
  }

  /** What may be a program of Kubernetes is told; of the rest it is counted. */
  async #unreadEntry({ path, isDirectory, cause }: Unread, isNamed: boolean): Promise<void> {
    if (isNamed && isDirectory) await this.#tell(unreadProgram(path, cause));
    else this.#survey.couldNotRead(path, cause);
  }

  /** @param isAsked whether it is judged even if nothing says that it is a program of Kubernetes. */
  async #program(file: FoundFile, running: RunningProgram | undefined, isAsked: boolean): Promise<void> {
    if (!this.#goesOn() || this.#isJudged(file, file.status)) return;
    const hasName = isAsked || componentOfFileName(file.name) !== undefined;
    let handle: FileHandle | undefined;
    let look: FirstLook;
    try {
      handle = await file.open();
      look = await lookInto(localFileOf(handle));
      if (!hasName && !look.isKubernetes) return await handle.close();
      assertSizeOfProgram(look.found.size);
    } catch (cause) {
      await handle?.close();
      if (hasName) await this.#tell({ ...unreadProgram(file.path, cause), ...standingOf(file.status) });
      else this.#survey.couldNotRead(file.path, cause);
      return;
    }
    // By what was opened: another file may have the name since its entry was read, and is not to pass for that one.
    if (this.#isJudged(file, look.found)) return handle.close();
    const key = identityKey(look.found);
    const names = this.#judged.get(key) ?? new Set();
    this.#judged.set(key, names.add(componentOfFileName(file.name)));
    await this.#judge(file, running, handle, look);
  }

  /** A further name counts where it says another component: what starts the file by that name gets the wrong program. */
  #isJudged({ name }: FoundFile, status: BigIntStats): boolean {
    const names = this.#judged.get(identityKey(status));
    const said = componentOfFileName(name);
    return names !== undefined && (said === undefined || names.has(said));
  }

  /** It is hashed at once, and judged in its turn. */
  async #judge(
    file: FoundFile,
    running: RunningProgram | undefined,
    handle: FileHandle,
    look: FirstLook,
  ): Promise<void> {
    const { context, pool, found } = this.#judging;
    const release = file.keep();
    const hashed = hashAhead(look, handle.fd, pool, this.#request.signal);
    const settled = hashed.catch(() => undefined);
    this.#programs += 1;
    await this.#line.add({
      judge: async () => {
        // A thread hashes the first one while this is loaded.
        const { judgeProgram } = await import('./scan-program.ts');
        const program = await judgeProgram(file, localFileOf(handle), () => hashed, context);
        const process = running ?? this.#running.get(identityKey(look.found));
        found({
          ...program,
          ...standingOf(look.found),
          pids: process?.pids ?? [],
          isDeleted: running?.isDeleted === true,
        });
      },
      release: async () => {
        // A thread reads it until then.
        await settled;
        await handle.close();
        await release();
      },
    });
  }

  async #tell(program: ScannedProgram): Promise<void> {
    this.#programs += 1;
    await this.#line.add({
      judge: () => Promise.resolve(this.#judging.found(program)),
      release: () => Promise.resolve(),
    });
  }
}

/** Another user's file could be of any size, and the scan of a machine would end with it. */
function assertSizeOfProgram(bytes: bigint): void {
  if (bytes > MAX_ARTIFACT_BYTES.binary)
    throw new Error(
      `it has ${bytes} bytes; a program of Kubernetes has at most ${MAX_ARTIFACT_BYTES.binary}`,
    );
}
