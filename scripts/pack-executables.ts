/**
 * Packs every executable in a directory for a release (`npm run build:executable` makes them), each next to it:
 *
 *   node scripts/pack-executables.ts DIR
 *
 * It needs xz and zip.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { packExecutable } from './executable/pack.ts';
import { executableName, TARGETS } from './executable/targets.ts';

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('name the directory of the executables');
const there = TARGETS.filter((target) => existsSync(path.join(directory, executableName(target))));
if (there.length === 0) throw new Error(`${directory} has no executable`);
for (const target of there) console.log(await packExecutable(target, directory));
