/**
 * Loads the chunks of the command line inside the executable, each when it is asked for: as one large script they would
 * all be read at every start, and Node's own code cache for executables knows only the functions that it saw defined,
 * not those that a run calls.
 */
import { Script } from 'node:vm';

/** What a chunk is loaded from. */
export interface ChunkStore {
  source(name: string): string;
  /** Its compiled code, where there is some. Code that does not fit this Node is left unused by V8 itself. */
  compiledCode(name: string): Buffer | undefined;
}

/** `main.cjs` has its compiled code in `main.cjs.code`. */
export function compiledCodeOf(chunk: string): string {
  return `${chunk}.code`;
}

export function isCompiledCode(name: string): boolean {
  return name.endsWith('.code');
}

type Require = (id: string) => unknown;

interface ChunkModule {
  exports: unknown;
}

export class ChunkLoader {
  readonly scripts: Map<string, Script> = new Map();
  readonly #modules = new Map<string, ChunkModule>();
  readonly #store: ChunkStore;
  readonly #builtin: Require;

  /** @param builtin loads Node's own modules */
  constructor(store: ChunkStore, builtin: Require) {
    this.#store = store;
    this.#builtin = builtin;
  }

  /** The exports of a chunk, which is run once. */
  readonly load = (name: string): unknown => {
    const known = this.#modules.get(name);
    if (known !== undefined) return known.exports;
    const loaded: ChunkModule = { exports: {} };
    this.#modules.set(name, loaded);
    const cachedData = this.#store.compiledCode(name);
    const script = new Script(`(function (exports, require, module) {${this.#store.source(name)}\n})`, {
      filename: name,
      ...(cachedData === undefined ? {} : { cachedData }),
    });
    this.scripts.set(name, script);
    const run: (exports: unknown, require: Require, module: ChunkModule) => void = script.runInThisContext();
    run(loaded.exports, (id) => (id.startsWith('./') ? this.load(id.slice(2)) : this.#builtin(id)), loaded);
    return loaded.exports;
  };
}

/** The entry chunk, as far as it is used. */
export interface CommandLineChunk {
  main(argv?: readonly string[]): Promise<void>;
}

export const ENTRY_CHUNK = 'main.cjs';

export function isCommandLine(chunk: unknown): chunk is CommandLineChunk {
  return typeof chunk === 'object' && chunk !== null && 'main' in chunk && typeof chunk.main === 'function';
}
