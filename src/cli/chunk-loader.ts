/**
 * Loads the chunks of the bundled command line, each when it is asked for, with the compiled code that an earlier run
 * left. Node's own caches know only the functions that are compiled while a script is loaded, not those that a run
 * calls; of a verification they are the greater part.
 */
import { Script } from 'node:vm';

export interface Chunk {
  readonly source: string;
  /** Where there is some. Code that does not fit this Node is left unused by V8 itself. */
  readonly compiledCode: Buffer | undefined;
}

/** @throws Error where there is no such chunk. */
export type ReadChunk = (name: string) => Chunk;

type Require = (id: string) => unknown;

interface ChunkModule {
  exports: unknown;
}

export class ChunkLoader {
  readonly #modules = new Map<string, ChunkModule>();
  readonly #scripts = new Map<string, Script>();
  readonly #read: ReadChunk;
  readonly #builtin: Require;
  #complete = true;

  /** @param builtin loads Node's own modules */
  constructor(read: ReadChunk, builtin: Require) {
    this.#read = read;
    this.#builtin = builtin;
  }

  /** The exports of a chunk, which is run once. */
  readonly load = (name: string): unknown => {
    const known = this.#modules.get(name);
    if (known !== undefined) return known.exports;
    const loaded: ChunkModule = { exports: {} };
    this.#modules.set(name, loaded);
    const run: (exports: unknown, require: Require, module: ChunkModule) => void =
      this.#compile(name).runInThisContext();
    run(loaded.exports, (id) => (id.startsWith('./') ? this.load(id.slice(2)) : this.#builtin(id)), loaded);
    return loaded.exports;
  };

  #compile(name: string): Script {
    const { source, compiledCode: cachedData } = this.#read(name);
    const script = new Script(`(function (exports, require, module) {${source}\n})`, {
      filename: name,
      ...(cachedData === undefined ? {} : { cachedData }),
    });
    if (cachedData === undefined || script.cachedDataRejected === true) this.#complete = false;
    this.#scripts.set(name, script);
    return script;
  }

  /** Whether every chunk that was loaded came with compiled code that fits. */
  get complete(): boolean {
    return this.#complete;
  }

  /** The chunks that were loaded, with the code of all functions that have been compiled by now. */
  *compiledCode(): Generator<readonly [name: string, code: Buffer]> {
    for (const [name, script] of this.#scripts) yield [name, script.createCachedData()];
  }
}

/** The entry chunk, as far as it is used. */
export interface CommandLineChunk {
  main(argv?: readonly string[]): Promise<void>;
}

export const ENTRY_CHUNK = 'main.cjs';

/** @throws TypeError where it is not the command line: it was built wrongly. */
export function loadCommandLine(loader: ChunkLoader): CommandLineChunk {
  const chunk = loader.load(ENTRY_CHUNK);
  if (isCommandLine(chunk)) return chunk;
  throw new TypeError(`${ENTRY_CHUNK} has no main()`);
}

function isCommandLine(chunk: unknown): chunk is CommandLineChunk {
  return typeof chunk === 'object' && chunk !== null && 'main' in chunk && typeof chunk.main === 'function';
}
