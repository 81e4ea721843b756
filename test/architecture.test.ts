import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../src');
/**
 * Who stands on whom: a module may import values from lower floors and from its own folder; on the lowest floor from
 * all of it. Types may come from anywhere, as long as there is no circle.
 */
const FLOORS: readonly (readonly string[])[] = [
  [
    'text',
    'strict',
    'release',
    'files',
    'check-names.ts',
    'errors.ts',
    'exit-codes.ts',
    'limits.ts',
    'notes.ts',
    'progress.ts',
  ],
  ['disk', 'source'],
  ['records', 'policy'],
  ['http', 'evidence', 'proof', 'trust', 'archive', 'binary', 'lockfile', 'names', 'data', 'report'],
  ['client.ts', 'result.ts', 'release-result.ts', 'verdict.ts', 'mirror'],
  ['attest'],
  ['plan'],
  ['flow'],
  ['diagnosis'],
  [
    'install.ts',
    'mirror.ts',
    'release.ts',
    'verify.ts',
    'scan.ts',
    'digest.ts',
    'lock.ts',
    'list.ts',
    'doctor.ts',
    'policies.ts',
    'trusted-root.ts',
  ],
  ['index.ts', 'cli', 'action'],
];

/** Who may import a package for its values; types may be imported anywhere. */
const OWNERS: Readonly<Record<string, string>> = {
  undici: 'http',
  'p-retry': 'http',
  '@sigstore/verify': 'proof',
  '@sigstore/core': 'proof',
  '@noble/curves': 'proof',
  '@sigstore/protobuf-specs': 'trust',
  'tuf-js': 'trust',
  tar: 'archive',
  'cli-progress': 'cli',
  commander: 'cli',
  '@actions/core': 'action',
  '@actions/tool-cache': 'action',
};

interface Import {
  readonly from: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

function readAll(directory: string): ReadonlyMap<string, string> {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  const modules = names.filter((name) => name.endsWith('.ts'));
  return new Map(modules.map((name) => [name, readFileSync(join(directory, name), 'utf8')]));
}

const sources = readAll(SRC);
const files = [...sources.keys()];
const imports: readonly Import[] = [...sources].flatMap(([from, source]) => importsOf(from, source));

function importsOf(from: string, source: string): readonly Import[] {
  const statements = source.matchAll(/^(?:import|export)\s+(type\s)?(?:([^'"]*?)\sfrom\s)?'([^']+)'/gm);
  const dynamic = source.matchAll(/\bimport\('([^']+)'\)/g);
  return [
    ...Array.from(statements, ([, type, names, specifier]) => ({
      from,
      specifier: specifier ?? '',
      typeOnly: type !== undefined || isAllTypes(names ?? ''),
    })),
    ...Array.from(dynamic, ([, specifier]) => ({ from, specifier: specifier ?? '', typeOnly: false })),
  ];
}

function isAllTypes(names: string): boolean {
  const listed = /^\{(.*)\}$/s.exec(names.trim())?.[1]?.split(',') ?? [];
  const parts = listed.map((part) => part.trim()).filter((part) => part !== '');
  return parts.length > 0 && parts.every((part) => part.startsWith('type '));
}

/** What a program outside starts, or a user of the library imports. */
const ENTRY_POINTS: ReadonlySet<string> = new Set([
  'cli/main.ts',
  'index.ts',
  'cli/start.ts',
  'action/main.ts',
]);

function exportsOf(file: string): readonly { readonly name: string; readonly isType: boolean }[] {
  const declarations = (sources.get(file) ?? '').matchAll(
    /^export (?:async )?(function|class|const|interface|type) (\w+)/gm,
  );
  return Array.from(declarations, ([, kind = '', name = '']) => ({
    name,
    isType: kind === 'interface' || kind === 'type',
  }));
}

function mentions(source: string | undefined, name: string): number {
  return source?.match(new RegExp(`\\b${name}\\b`, 'g'))?.length ?? 0;
}

function mentionsAny(modules: ReadonlyMap<string, string>, name: string): boolean {
  return [...modules.values()].some((source) => mentions(source, name) > 0);
}

/** The top-level name under src/: a folder, or a file next to the stories. */
function place(path: string): string {
  return path.split('/')[0] ?? path;
}

function target(one: Import): string | undefined {
  return one.specifier.startsWith('.')
    ? relative(SRC, join(SRC, dirname(one.from), one.specifier))
    : undefined;
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

describe('the architecture', () => {
  it('has imports to look at', () => {
    expect(imports.length).toBeGreaterThan(20);
  });

  it('has a floor for each room, and nothing else at the root', () => {
    expect([...new Set(files.map(place))].toSorted()).toEqual(FLOORS.flat().toSorted());
  });

  it('has no file of more than 300 lines', () => {
    const long = [...sources].filter(([, source]) => source.trimEnd().split('\n').length > 300);
    expect(long.map(([file]) => file)).toEqual([]);
  });

  it('takes values from lower floors only', () => {
    const wrong = imports.filter((one) => {
      const to = target(one);
      if (to === undefined || one.typeOnly || place(to) === place(one.from)) return false;
      const [mine, theirs] = [one.from, to].map((path) =>
        FLOORS.findIndex((floor) => floor.includes(place(path))),
      );
      return !(theirs === 0 && mine === 0) && (theirs ?? 0) >= (mine ?? 0);
    });
    expect(wrong).toEqual([]);
  });

  it('keeps the faces (cli, action) out of the rest, types included', () => {
    const faces = new Set(['cli', 'action']);
    const wrong = imports.filter((one) => {
      const to = target(one);
      return to !== undefined && faces.has(place(to)) && place(one.from) !== place(to);
    });
    expect(wrong).toEqual([]);
  });

  it('has no circle, not even of types', () => {
    const done = new Set<string>();
    const circleFrom = (file: string, way: readonly string[]): readonly string[] => {
      if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
      if (done.has(file)) return [];
      for (const one of imports.filter(({ from }) => from === file)) {
        const to = target(one);
        const circle = to === undefined ? [] : circleFrom(to, [...way, file]);
        if (circle.length > 0) return circle;
      }
      done.add(file);
      return [];
    };
    expect(files.flatMap((file) => circleFrom(file, []))).toEqual([]);
  });

  it('gives each package one owner', () => {
    const wrong = imports.filter((one) => {
      if (one.specifier.startsWith('.') || one.specifier.startsWith('node:') || one.typeOnly) return false;
      return OWNERS[packageOf(one.specifier)] !== place(one.from);
    });
    expect(wrong).toEqual([]);
  });

  it('has a user for everything that is exported', () => {
    const outside = ['test', 'scripts'].map((name) => readAll(resolve(SRC, '..', name)));
    const byTarget = Map.groupBy(imports, target);
    const unused = files
      .filter((file) => !ENTRY_POINTS.has(file))
      .flatMap((file) =>
        exportsOf(file)
          .filter(({ name, isType }) => {
            const importers = (byTarget.get(file) ?? []).map(({ from }) => from);
            if (importers.some((from) => mentions(sources.get(from), name) > 0)) return false;
            // What a test or a script looks into has to serve the module itself; a type may name what goes in and out.
            const isServing = mentions(sources.get(file), name) > 1;
            return !(isServing && (isType || outside.some((modules) => mentionsAny(modules, name))));
          })
          .map(({ name }) => `${file}: ${name}`),
      );
    expect(unused).toEqual([]);
  });

  it('lets test/support be a package of its own, which knows no test and no script', () => {
    const support = resolve(SRC, '../test/support');
    const wrong = [...readAll(support)].flatMap(([from, source]) =>
      importsOf(from, source)
        .map(({ specifier }) => specifier)
        .filter((specifier) => specifier.startsWith('.'))
        .filter((specifier) => {
          const to = relative(support, join(support, dirname(from), specifier));
          return to.startsWith('..') && !to.startsWith('../../src/');
        })
        .map((specifier) => `${from}: ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it('makes a policy in one place alone, so that no command proves anything without asking the policy file', () => {
    const makers = [...sources].filter(([, source]) => /\brules: (?:undefined\b|\{)/.test(source));
    expect(makers.map(([file]) => file).toSorted()).toEqual([
      // Where a request and a policy file are made into a policy.
      'flow/prove-sample.ts',
      'plan/policy-of.ts',
      'policy/rules.ts',
    ]);
    const ruling = [...sources].filter(([, source]) => /\bruledPolicy\(/.test(source)).map(([file]) => file);
    expect(ruling.toSorted()).toEqual(['plan/under-policy-file.ts', 'policy/rules.ts']);
    // A policy is not taken from one command to another, or put together anew, without its rules.
    const rebuilt = [...sources].filter(([, source]) => /\bas (?:unknown as )?Policy\b/.test(source));
    expect(rebuilt.map(([file]) => file)).toEqual([]);
  });

  it('has no module called utils, helpers or common', () => {
    expect(files.filter((name) => /(?:^|\/)(?:utils?|helpers?|common|misc)(?:\.ts|\/)/.test(name))).toEqual(
      [],
    );
  });
});
