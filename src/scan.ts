import { join, resolve } from 'node:path';
import type { Client } from './client.ts';
import { fileIn, type FileSearch, findFiles, type FoundFile, type Unread } from './disk/find-files.ts';
import { throwIfInterrupted } from './disk/disk-error.ts';
import { RootedTree, type Spot } from './disk/rooted-tree.ts';
import { K8sVerifyError, RequestError } from './errors.ts';
import { localFileOf, type OpenLocalFile } from './files/local-file.ts';
import { openTrust } from './flow/open-trust.ts';
import { shareManifests } from './flow/release-manifest.ts';
import type { RunTrust } from './flow/run-trust.ts';
import { MachineSurvey, type ScannedMachine, standingOf } from './flow/scan-machine.ts';
import { type ScanPlace, SNAPS, usualPlaces } from './flow/scan-places.ts';
import { identityKey, type RunningProgram, runningPrograms } from './flow/scan-processes.ts';
import {
  isKubernetes,
  judgeProgram,
  type ScanContext,
  type ScannedProgram,
  unreadProgram,
} from './flow/scan-program.ts';
import { MAX_ARTIFACT_BYTES, MAX_SCAN_ENTRIES, MAX_SCAN_PROGRAMS } from './limits.ts';
import { componentOfFileName } from './names/file-name.ts';
import { type Note, note } from './notes.ts';
import { sourcesOf } from './plan/request.ts';
import type { ScanRequest } from './plan/scan-request.ts';
import { policyOf, underPolicy } from './plan/policy-of.ts';

/** What a scan says when it is done, besides the programs. */
export interface ScanSummary {
  readonly machine: ScannedMachine;
  /** What a person should know about the whole run. */
  readonly notes: readonly Note[];
}

/**
 * Finds Kubernetes programs, in the usual places or below the paths of the request, and proves each. One that fails ends
 * no other. What is found is handed over at once and not kept, so that memory does not grow with the number of files.
 *
 * @param found called with each program, in the order of their paths below each place.
 * @throws K8sVerifyError that is about the run, such as a trusted root that cannot be read.
 */
export async function scan(
  given: ScanRequest,
  client: Client,
  found: (program: ScannedProgram) => void,
): Promise<ScanSummary> {
  const request = await underPolicy(given, client);
  await using tree = await openTree(request);
  const trust = await openTrust(request, client, request.signal);
  try {
    const run = new Scan(request, tree, await contextOf(request, client, trust), found);
    const summary = await run.all();
    await trust.finish();
    return summary;
  } catch (error) {
    trust.drop();
    throw error;
  }
}

async function openTree({ root }: ScanRequest): Promise<RootedTree> {
  try {
    return root === undefined ? await RootedTree.ofMachine('.') : await RootedTree.open(root);
  } catch (cause) {
    throw new RequestError('file-not-readable', `the root ${root ?? '/'} cannot be opened`, {
      wanted: 'a directory that is taken for the root of a machine',
      found: cause instanceof Error ? cause.message : String(cause),
      next: 'check the name after --root',
      cause,
    });
  }
}

/** What is told of one file is in its result, so that the client of the proofs reports nothing. */
async function contextOf(request: ScanRequest, client: Client, trust: RunTrust): Promise<ScanContext> {
  const silent = { ...client, report: () => undefined };
  const signal = request.signal ?? new AbortController().signal;
  const sources = sourcesOf(request, client.http);
  const manifestOf = shareManifests({ network: request, sources, client: silent, trust, signal });
  const policy = await policyOf(request, { kind: 'local' }, client);
  return { request, client: silent, policy, trust, manifestOf };
}

class Scan {
  readonly #request: ScanRequest;
  readonly #tree: RootedTree;
  readonly #context: ScanContext;
  readonly #found: (program: ScannedProgram) => void;
  /** Files that are judged already: one file may have several names. */
  readonly #judged = new Set<string>();
  readonly #started = new Set<string>();
  readonly #survey: MachineSurvey;
  #running: ReadonlyMap<string, RunningProgram> = new Map();
  #entries = 0;
  #programs = 0;

  constructor(
    request: ScanRequest,
    tree: RootedTree,
    context: ScanContext,
    found: (program: ScannedProgram) => void,
  ) {
    this.#request = request;
    this.#tree = tree;
    this.#context = context;
    this.#found = found;
    this.#survey = new MachineSurvey(tree, request.root === undefined);
  }

  async all(): Promise<ScanSummary> {
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
    return { machine: await this.#survey.machine(), notes: [...notes, ...this.#notes()] };
  }

  #notes(): readonly Note[] {
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
      this.#found(unreadProgram(this.#tree.path, new Error(text)));
    }
    if (this.#programs === 0 && this.#request.paths.length === 0)
      notes.push(note('nothing-found', 'no Kubernetes program is in the usual places'));
    return notes;
  }

  #goesOn(): boolean {
    throwIfInterrupted(this.#request.signal);
    return this.#entries < MAX_SCAN_ENTRIES && this.#programs < MAX_SCAN_PROGRAMS;
  }

  /** A path that the user named: what cannot be read of it is told one by one. */
  async #named(path: string): Promise<void> {
    let spot: Spot | undefined;
    try {
      spot = await this.#tree.find(this.#inTree(path));
      if (spot === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    } catch (cause) {
      this.#tell(unreadProgram(path, cause));
      return;
    }
    await using held = spot;
    if (held.kind === 'directory') await this.#directory(held, Number.POSITIVE_INFINITY, true);
    else if (held.status.isFile()) {
      const file = fileIn(held.directory, held.name, join(held.directory.path, held.name), held.status);
      this.#survey.lookedAt(file.path);
      await this.#program(file, undefined, true);
    } else this.#tell(unreadProgram(path, new Error('a pipe or a device')));
  }

  /** Relative paths begin where the user is, or at the root that is named. */
  #inTree(path: string): string {
    return this.#request.root === undefined ? resolve(path) : path;
  }

  async #place({ path, depth }: ScanPlace): Promise<void> {
    try {
      await using spot = await this.#tree.find(path);
      if (spot?.kind === 'directory') await this.#directory(spot, depth, false);
    } catch (error) {
      if (error instanceof K8sVerifyError) throw error;
      this.#survey.couldNotRead(path, error);
    }
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
      if (one.kind === 'unread') this.#unreadEntry(one, isNamed);
      else await this.#program(one, undefined, false);
    }
  }

  /** What may be a program of Kubernetes is told; of the rest it is counted. */
  #unreadEntry({ path, isDirectory, cause }: Unread, isNamed: boolean): void {
    if (isNamed && isDirectory) this.#tell(unreadProgram(path, cause));
    else this.#survey.couldNotRead(path, cause);
  }

  /** @param isAsked whether it is judged even if nothing says that it is a program of Kubernetes. */
  async #program(file: FoundFile, running: RunningProgram | undefined, isAsked: boolean): Promise<void> {
    const key = identityKey(file.status);
    if (this.#judged.has(key)) return;
    const hasName = componentOfFileName(file.name) !== undefined;
    let opened: OpenLocalFile | undefined;
    try {
      opened = localFileOf(await file.open());
      if (!isAsked && !hasName && !(await isKubernetes(opened))) return await opened.close();
      assertSizeOfProgram(file.status.size);
    } catch (cause) {
      await opened?.close();
      if (isAsked || hasName) this.#tell({ ...unreadProgram(file.path, cause), ...standingOf(file.status) });
      else this.#survey.couldNotRead(file.path, cause);
      return;
    }
    this.#judged.add(key);
    try {
      const program = await judgeProgram(file, opened, this.#context);
      const process = running ?? this.#running.get(key);
      this.#tell({
        ...program,
        ...standingOf(file.status),
        pids: process?.pids ?? [],
        isDeleted: running?.isDeleted === true,
      });
    } finally {
      await opened.close();
    }
  }

  #tell(program: ScannedProgram): void {
    this.#programs += 1;
    this.#found(program);
  }
}

/** Another user's file could be of any size, and the scan of a machine would end with it. */
function assertSizeOfProgram(bytes: bigint): void {
  if (bytes > MAX_ARTIFACT_BYTES.binary)
    throw new Error(
      `it has ${bytes} bytes; a program of Kubernetes has at most ${MAX_ARTIFACT_BYTES.binary}`,
    );
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
