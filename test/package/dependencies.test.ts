import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { NOTICE_HEADING } from '../../scripts/third-party-licenses.ts';
import { ROOT } from './packed.ts';

interface Manifest {
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}
function manifestOf(directory: string): Manifest {
  return JSON.parse(readFileSync(path.join(ROOT, directory, 'package.json'), 'utf8'));
}

const own = manifestOf('.');
const runtime = Object.keys(own.dependencies ?? {});
const development = Object.keys(own.devDependencies ?? {});

/** Licenses that go with Apache-2.0 and ask for no more than their notice. */
const COMPATIBLE = /^(?:MIT|ISC|Apache-2\.0|BlueOak-1\.0\.0|0BSD|BSD-[23]-Clause)$/;

const text = readFileSync(path.join(ROOT, 'docs/dependencies.md'), 'utf8');
const sections = text.split(/^## /m).map((section) => ({
  title: section.slice(0, section.indexOf('\n')),
  rows: [...section.matchAll(/^\| `([^`]+)` \| ([^|]+) \|(.*)\|$/gm)].map(
    ([, name = '', license = '', rest = '']) => ({
      name,
      license: license.trim(),
      cells: rest.split('|').map((cell) => cell.trim()),
    }),
  ),
}));
const rows = sections.flatMap((section) => section.rows);
const rowsOf = (title: RegExp): readonly string[] =>
  sections
    .filter((section) => title.test(section.title))
    .flatMap((section) => section.rows.map(({ name }) => name));

describe('docs/dependencies.md', () => {
  it('has a row for every runtime dependency, and no other', () => {
    expect(rowsOf(/run time/).toSorted()).toStrictEqual(runtime.toSorted());
  });

  it('has a row for every development dependency, and no other', () => {
    expect(rowsOf(/alone|building/).toSorted()).toStrictEqual(development.toSorted());
  });

  it.each(rows)('$name: $license, as the installed package says, and compatible', ({ name, license }) => {
    expect(manifestOf(`node_modules/${name}`).license).toBe(license);
    expect(license).toMatch(COMPATIBLE);
  });

  it.each(rows)('$name has a reason', ({ cells }) => {
    expect(cells.at(-1)).not.toBe('');
  });
});

describe('package.json', () => {
  it('pins every dependency to one version', () => {
    const versions = Object.values({ ...own.dependencies, ...own.devDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+(?:-[a-z0-9.]+)?$/.test(version))).toStrictEqual([]);
  });

  it('names what the compiled library imports, and nothing else', () => {
    const modules = readdirSync(path.join(ROOT, 'dist'), { recursive: true, encoding: 'utf8' }).filter(
      (name) => /\.(?:js|d\.ts)$/.test(name) && !/^(?:cli|action)\b/.test(name),
    );
    const imported = new Set(
      modules.flatMap((name) => packagesIn(readFileSync(path.join(ROOT, 'dist', name), 'utf8'))),
    );
    expect([...imported].toSorted()).toStrictEqual(runtime.toSorted());
  });
});

/** Packages that a module imports, statically, lazily or for their types. */
function packagesIn(source: string): readonly string[] {
  const statements = source.matchAll(/^\s*(?:import|export)\b(?:[^'";()]*\bfrom)?\s*'([^'.][^']*)'/gm);
  const calls = source.matchAll(/\bimport\('([^'.][^']*)'\)/g);
  const specifiers = [...statements, ...calls].map(([, specifier = '']) => specifier);
  return specifiers
    .filter((specifier) => !specifier.startsWith('node:'))
    .map((specifier) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    );
}

describe('everything that ships', () => {
  it.each(['dist/THIRD-PARTY-LICENSES'])('%s: every license is compatible', (file) => {
    const notices = [...readFileSync(path.join(ROOT, file), 'utf8').matchAll(NOTICE_HEADING)];
    expect(notices.length).toBeGreaterThan(5);
    expect(notices.filter(([, , , license = '']) => !COMPATIBLE.test(license))).toStrictEqual([]);
  });
});
