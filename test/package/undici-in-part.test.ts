import { createRequire } from 'node:module';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../scripts/bundle.ts';
import { UNDICI_FILES } from '../../scripts/undici-in-part.ts';

const require = createRequire(import.meta.url);
const CLI = path.join(ROOT, 'dist/cli');

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
    expect(code).not.toMatch(/function webidl|FormDataParser|multipartFormDataParser|lib\/mock\/|node:http2/);
  });
});
