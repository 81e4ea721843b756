import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { ChunkLoader } from '../../../src/cli/chunk-loader.ts';

const require = createRequire(import.meta.url);

function loaderOf(
  chunks: Readonly<Record<string, string>>,
  code: Readonly<Record<string, Buffer>> = {},
): ChunkLoader {
  return new ChunkLoader((name) => {
    const source = chunks[name];
    if (source === undefined) throw new Error(`no chunk ${name}`);
    return { source, compiledCode: code[name] };
  }, require);
}

function sizeOfCode(source: string): number {
  const loader = loaderOf({ 'main.cjs': source });
  loader.load('main.cjs');
  return Array.from(loader.compiledCode(), ([, code]) => code.length)[0] ?? 0;
}

const CHUNKS = {
  'main.cjs':
    "exports.name = require('./lazy.cjs').name; exports.separator = require('node:path').posix.sep;",
  'lazy.cjs': "globalThis.runsOfLazy = (globalThis.runsOfLazy ?? 0) + 1; exports.name = 'lazy';",
  'whole.cjs': 'module.exports = [1];',
  'circle-a.cjs': "exports.first = 1; exports.b = require('./circle-b.cjs').seen; exports.last = 2;",
  'circle-b.cjs': "exports.seen = Object.keys(require('./circle-a.cjs'));",
  'broken.cjs': 'return (;',
};

describe('chunks of the command line', () => {
  it('load each other and modules of Node, each once', () => {
    const loader = loaderOf(CHUNKS);
    expect(loader.load('main.cjs')).toEqual({ name: 'lazy', separator: '/' });
    loader.load('lazy.cjs');
    expect(Reflect.get(globalThis, 'runsOfLazy')).toBe(1);
    expect(Array.from(loader.compiledCode(), ([name]) => name)).toEqual(['main.cjs', 'lazy.cjs']);
  });

  it('may replace their exports', () => {
    expect(loaderOf(CHUNKS).load('whole.cjs')).toEqual([1]);
  });

  it('see what there is of each other in a circle, as in Node', () => {
    expect(loaderOf(CHUNKS).load('circle-a.cjs')).toEqual({ first: 1, b: ['first'], last: 2 });
  });

  it.each(['missing.cjs', 'broken.cjs'])('fail where they are no chunk: %s', (name) => {
    expect(() => loaderOf(CHUNKS).load(name)).toThrow(/no chunk|Unexpected token/);
  });

  it('take compiled code that fits, and do without any that does not', () => {
    // V8 remembers scripts that it has seen in this process: each of these is new to it, and of the same length.
    let last = 0;
    const fresh = (): Readonly<Record<string, string>> => {
      last += 1;
      return { 'main.cjs': `exports.name = 'main'; // ${last}` };
    };
    const first = loaderOf(fresh());
    first.load('main.cjs');
    expect(first.complete).toBe(false);
    const [fitting = Buffer.alloc(0)] = Array.from(first.compiledCode(), ([, code]) => code);
    const fits = (code: Buffer): boolean => {
      const loader = loaderOf(fresh(), { 'main.cjs': code });
      expect(loader.load('main.cjs')).toEqual({ name: 'main' });
      return loader.complete;
    };
    expect(fits(fitting)).toBe(true);
    expect(fits(Buffer.from('no code'))).toBe(false);
    expect(fits(fitting.subarray(0, fitting.length / 2))).toBe(false);
  });

  it('give the code of functions that were called, and not only of those that were defined', () => {
    const body = 'const all = []; for (let i = 0; i < 9; i += 1) all.push(`${i}`); return all;';
    const defined = sizeOfCode(`exports.run = function () {${body}}; exports.run;   `);
    const called = sizeOfCode(`exports.run = function () {${body}}; exports.run(); `);
    expect(called).toBeGreaterThan(defined + 100);
  });
});
