import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUILT_TESTS } from './projects.ts';

const ROOT = path.resolve(import.meta.dirname, '..');

function filesOf(patterns: readonly string[]): readonly string[] {
  return globSync([...patterns], { cwd: ROOT }).map((file) => file.replaceAll('\\', '/'));
}

/** Modules that a module imports, and programs of the repository that it starts by their URL. */
function modulesOf(source: string, from: string): readonly string[] {
  const named = source.matchAll(
    /(?:\bfrom |\bimport\(|\bnew URL\()'(\.{1,2}\/[^']+\.[cm]?[jt]s|#support\/[^']+)'/g,
  );
  return Array.from(named, ([, name = '']) =>
    name.startsWith('#') ? `test/${name.slice(1)}.ts` : path.posix.join(path.posix.dirname(from), name),
  );
}

/** The first module, the file itself or one that it needs, that starts the built program; undefined where none does. */
function startsTheBuild(file: string, seen = new Set<string>()): string | undefined {
  if (seen.has(file) || file.startsWith('src/')) return undefined;
  seen.add(file);
  if (/^(?:dist|bin)\//.test(file)) return file;
  const source = readFileSync(path.join(ROOT, file), 'utf8');
  for (const module of modulesOf(source, file)) {
    if (/^(?:dist|bin)\//.test(module)) return `${file}, by ${module}`;
    const found = startsTheBuild(module, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

const built = filesOf(BUILT_TESTS);
const source = filesOf(['test/**/*.test.ts']).filter((file) => !built.includes(file));

describe('the projects of the test suite', () => {
  it('are both there, and every pattern names a file', () => {
    expect(source.length).toBeGreaterThan(50);
    expect(BUILT_TESTS.filter((pattern) => filesOf([pattern]).length === 0)).toEqual([]);
  });

  it('tell such a test by what it imports', () => {
    expect(startsTheBuild('test/cli/process.test.ts')).toBe('test/support/run-cli.ts, by bin/k8s-verify.js');
  });

  it('build first for every test that starts the built program', () => {
    expect(source.filter((file) => startsTheBuild(file) !== undefined)).toEqual([]);
  });
});
