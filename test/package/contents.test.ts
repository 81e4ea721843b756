import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PackedPackage, packPackage, ROOT } from './packed.ts';

/** A compiled module of the library, or its types. */
function isModule(file: string): boolean {
  const source = /^dist\/(.+)\.(?:js|d\.ts)$/.exec(file)?.[1];
  return source !== undefined && existsSync(path.join(ROOT, 'src', `${source}.ts`));
}

let packed: PackedPackage;
beforeAll(() => {
  packed = packPackage();
});
afterAll(() => {
  rmSync(packed.directory, { recursive: true });
});

describe('the packed package', () => {
  it.each([
    'LICENSE',
    'package.json',
    'bin/k8s-verify.js',
    'bin/package.json',
    'dist/index.js',
    'dist/index.d.ts',
    'dist/cli/main.cjs',
    'dist/THIRD-PARTY-LICENSES',
    'docs/lock.schema.json',
    'docs/policy.schema.json',
    'docs/result.schema.json',
  ])('holds %s', (file) => {
    expect(packed.files).toContain(file);
  });

  it('has the command line in ASCII, so that V8 holds it in half the memory, but for two packages', () => {
    const chunks = packed.files.filter((file) => file.startsWith('dist/cli/'));
    const others = chunks.filter(
      (file) => !/^[\t\n\x20-\x7e]+$/.test(readFileSync(path.join(ROOT, file), 'utf8')),
    );
    const names = others.map((file) => path.basename(file).replace(/-[^-]+$/, ''));
    expect(names).toEqual(['cli-progress', 'read-archive']);
  });

  it('holds nothing else than the library module by module, the command line in chunks, the trust roots and the notices', () => {
    const known = [
      /^(?:LICENSE|README\.md|CHANGELOG\.md|SECURITY\.md|package\.json)$/,
      /^bin\/(?:k8s-verify\.js|package\.json)$/,
      /^docs\/(?:lock|policy|result)\.schema\.json$/,
      /^man\/k8s-verify(?:-[a-z-]+)?\.[17]$/,
      /^dist\/THIRD-PARTY-LICENSES$/,
      /^dist\/cli\/[^/]+\.cjs$/,
      /^trust-roots\/(?:README\.md|[a-z-]+\/(?:README\.md|record\.json|root\.json|trusted_root\.json))$/,
    ];
    expect(
      packed.files.filter((file) => !isModule(file) && !known.some((pattern) => pattern.test(file))),
    ).toStrictEqual([]);
  });

  it('is small: half of it is the command line, the rest the library with its types', () => {
    expect(packed.unpackedBytes).toBeLessThan(5_000_000);
  });

  it('carries the notice of every package that is bundled into the command line', () => {
    const notices = readFileSync(path.join(ROOT, 'dist/THIRD-PARTY-LICENSES'), 'utf8');
    expect(notices).toContain('cli-progress 3.12.0 (MIT)');
    expect(notices).toContain('Permission is hereby granted, free of charge');
  });
});

describe('what tools that read packages say', () => {
  it('publint has nothing to say', async () => {
    const tarball = new Uint8Array(readFileSync(packed.tarball)).buffer;
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toStrictEqual([]);
  });

  it('types resolve for every way in which an ES module is imported', async () => {
    const analysis = await checkPackage(createPackageFromTarballData(readFileSync(packed.tarball)));
    expect(analysis.types).not.toBe(false);
    const problems = 'problems' in analysis ? analysis.problems : [];
    // The package is ESM only: `require()` of it is for Node to resolve, and node10 knows no `exports`.
    const known = problems.filter(
      (problem) =>
        !(problem.kind === 'CJSResolvesToESM') &&
        !(problem.kind === 'NoResolution' && problem.resolutionKind === 'node10'),
    );
    expect(known).toStrictEqual([]);
  });
});
