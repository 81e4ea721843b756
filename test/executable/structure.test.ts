/**
 * Executables for other systems, which cannot be run here: each is what its system takes for a program of its own, and
 * has exactly our program in it. Building them takes the Node packages of all targets (300 MB) and a minute, so it is
 * done where they are at hand, or K8S_VERIFY_TARGETS=all asks for it.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAtHand } from '../../scripts/executable/node-binary.ts';
import { builderFor, executableName, hostTarget, TARGETS } from '../../scripts/executable/targets.ts';
import { ROOT } from '../package/packed.ts';
import { createTempDir, type TempDir } from '#support/temp-dir';
import { describeExecutable, expectedExecutable } from './program.ts';

const foreign = TARGETS.filter((target) => target !== hostTarget());
const possible = process.platform === 'linux' && process.arch === 'x64';
const wanted =
  process.env['K8S_VERIFY_TARGETS'] === 'all' ||
  (possible && foreign.every((target) => isAtHand(target) && isAtHand(builderFor(target))));

describe.skipIf(!possible || !wanted)(
  'executables for other machines (needs Linux x64, and the Node packages or K8S_VERIFY_TARGETS=all)',
  () => {
    let built: TempDir;
    beforeAll(async () => {
      built = await createTempDir('k8s-verify-executables-');
      const names = foreign.map(({ name }) => name);
      const script = ['scripts/build-executable.ts', '--out', built.path, ...names];
      await promisify(execFile)(process.execPath, script, { cwd: ROOT });
    }, 600_000);
    afterAll(() => built.remove());

    it.each(foreign)('$name is a program of its system, with exactly ours in it', async (target) => {
      const expected = await expectedExecutable(target, built.join(`bundle-${target.name}`));
      expect(describeExecutable(built.join(executableName(target)), target)).toEqual(expected);
    });

    it('stand in SHA256SUMS, each with its licenses next to it', () => {
      const lines = foreign.map((target) => {
        const file = built.join(executableName(target));
        expect(existsSync(`${file}.LICENSES.txt`)).toBe(true);
        return `${createHash('sha256').update(readFileSync(file)).digest('hex')}  ${path.basename(file)}\n`;
      });
      expect(readFileSync(built.join('SHA256SUMS'), 'utf8')).toBe(lines.join(''));
    });
  },
);
