/**
 * Where the executable begins: Node runs this, bundled, with `process.argv` as for a script. The chunks of the command
 * line lie in the executable as assets. Nothing is loaded from anywhere else: an import is a chunk or a part of Node.
 */
import { getAsset } from 'node:sea';
import { Script } from 'node:vm';
import { ENTRY_CHUNK } from './entry-chunk.ts';

interface Module {
  exports: unknown;
}

type Require = (id: string) => unknown;
type RunChunk = (exports: unknown, require: Require, module: Module) => void;

const modules = new Map<string, Module>();

/** The exports of a chunk, which is run once. */
function loadChunk(name: string): unknown {
  const known = modules.get(name);
  if (known !== undefined) return known.exports;
  const loaded: Module = { exports: {} };
  modules.set(name, loaded);
  const source = `(function (exports, require, module) {${getAsset(name, 'utf8')}\n})`;
  const run: RunChunk = new Script(source, { filename: name }).runInThisContext();
  run(loaded.exports, requireEmbedded, loaded);
  return loaded.exports;
}

/** `require` would look at NODE_PATH, and at `node_modules` near the executable. */
function requireEmbedded(id: string): unknown {
  if (id.startsWith('./')) return loadChunk(id.slice(2));
  const builtin: unknown = process.getBuiltinModule(id);
  if (builtin === undefined) throw new Error(`${id} is neither in this executable nor a part of Node`);
  return builtin;
}

interface CommandLineChunk {
  main(): Promise<void>;
}

function isCommandLine(chunk: unknown): chunk is CommandLineChunk {
  return typeof chunk === 'object' && chunk !== null && 'main' in chunk && typeof chunk.main === 'function';
}

const commandLine = loadChunk(ENTRY_CHUNK);
if (!isCommandLine(commandLine)) throw new TypeError(`${ENTRY_CHUNK} has no main()`);
void commandLine.main();
