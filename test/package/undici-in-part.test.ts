import { createRequire } from 'node:module';
import { readdirSync, readFileSync } from 'node:fs';
import { maxHeaderSize } from 'node:http';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../scripts/bundle.ts';
import { HTTP_PARTS, UNDICI_FILES } from '../../scripts/undici-in-part.ts';

const require = createRequire(import.meta.url);
const CLI = path.join(ROOT, 'dist/cli');

/** The names that a source takes from `node:http`. */
function* namesFromHttp(code: string): Generator<string> {
  const [, binding] = /(?:const|let|var) (.+) = require\('node:http'\)/.exec(code) ?? [];
  if (binding === undefined) return;
  if (binding.startsWith('{')) yield* binding.match(/\w+/g) ?? [];
  else for (const [, name = ''] of code.matchAll(new RegExp(`\\b${binding}\\.(\\w+)`, 'g'))) yield name;
}

describe('undici in a bundle', () => {
  it.each(Object.entries(UNDICI_FILES))('has the %s of its public name', (name, file) => {
    const undici: Readonly<Record<string, unknown>> = require('undici');
    expect(undici[name]).toBeDefined();
    expect(require(path.join('undici', file))).toBe(undici[name]);
  });

  it('has neither fetch nor HTTP/2, which take time and memory of every run with a network', () => {
    const [chunk = '', ...others] = readdirSync(CLI).filter((name) => name.startsWith('undici-'));
    expect(others).toEqual([]);
    const code = readFileSync(path.join(CLI, chunk), 'utf8');
    expect(code).toContain('lib/dispatcher/client-h1.js');
    expect(code).not.toMatch(/function webidl|FormDataParser|multipartFormDataParser|lib\/mock\/|node:http/);
  });

  it('has of node:http all that undici takes from it', () => {
    const lib = path.join(ROOT, 'node_modules/undici/lib');
    const files = ['api', 'core', 'dispatcher', 'llhttp', 'util'].flatMap((folder) =>
      readdirSync(path.join(lib, folder)).map((name) => path.join(lib, folder, name)),
    );
    const taken = files
      .filter((file) => file.endsWith('.js'))
      .flatMap((file) => Array.from(namesFromHttp(readFileSync(file, 'utf8'))));
    expect(new Set(taken)).toEqual(new Set(['IncomingMessage', 'maxHeaderSize']));
    expect(HTTP_PARTS).toContain('IncomingMessage: class');
    // Node's own limit, where no option of Node's sets another one.
    expect(HTTP_PARTS).toContain(`maxHeaderSize: ${maxHeaderSize}`);
  });
});
