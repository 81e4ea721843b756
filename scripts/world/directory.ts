import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WorldRefused } from './refused.ts';
import { isRunning } from './running.ts';

export interface WorldDirectory extends Disposable {
  readonly path: string;
}

/** What a world keeps in its directory. */
const OWN_NAMES: ReadonlySet<string> = new Set(['keys', 'files', 'trusted_root.json', 'root.json', 'in-use']);

/** @throws WorldRefused where another world uses it, it is of something else, or it cannot be written */
export function openDirectory(asked: string | undefined): WorldDirectory {
  if (asked === undefined) {
    const temporary = mkdtempSync(path.join(realpathSync(tmpdir()), 'k8s-verify-world-'));
    return { path: temporary, [Symbol.dispose]: () => rmSync(temporary, { recursive: true, force: true }) };
  }
  const lock = path.join(asked, 'in-use');
  try {
    makeDirectory(asked);
    const foreign = readdirSync(asked).find((name) => !OWN_NAMES.has(name));
    if (foreign !== undefined)
      throw new Error(`it is not a world's: it has ${foreign} in it; take an empty one`);
    take(lock);
  } catch (error) {
    throw new WorldRefused(`cannot use ${asked}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return { path: asked, [Symbol.dispose]: () => rmSync(lock, { force: true }) };
}

/** Without its parents: Node's way to make these goes on for ever in /proc. */
function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  }
}

/** The lock holds a process number; that of a process that is gone is taken over. */
function take(lock: string): void {
  try {
    writeFileSync(lock, `${process.pid}\n`, { flag: 'wx' });
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
    const holder = Number(readFileSync(lock, 'utf8'));
    if (isRunning(holder)) {
      throw new Error(`the world of process ${holder} uses it; stop that, or take another`, { cause: error });
    }
    rmSync(lock);
    take(lock);
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
