import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { serve } from './loopback.ts';

const CLIENT = new URL('../../../src/http/client.ts', import.meta.url).href;

it("undici is loaded with the first request, by its public face, and Node's own copy is not", async () => {
  const { origin } = await serve((_request, response) => void response.end('hello'));
  const script = `
    import { createRequire } from 'node:module';
    const { createHttpClient } = await import(${JSON.stringify(CLIENT)});
    const { cache } = createRequire(import.meta.url);
    const loaded = () => Object.keys(cache).filter((path) => path.includes('undici'));
    const http = createHttpClient();
    const before = loaded();
    await http.fetchSmall({ url: ${JSON.stringify(origin)}, maxBytes: 9, accept: [200], what: 'x' });
    await http.fetchSmall({ url: ${JSON.stringify(origin)}, maxBytes: 9, accept: [404], what: 'x' }).catch(() => {});
    await http.close();
    const after = loaded();
    console.log(JSON.stringify({
      before,
      after: after.length,
      face: after.filter((path) => /undici.index/.test(path)).length,
      // Node's own copy, which any lazy export of node:http would load.
      own: process.moduleLoadList.filter((name) => name.includes('deps/undici')),
    }));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
  expect(JSON.parse(stdout)).toEqual({ before: [], after: expect.any(Number), face: 1, own: [] });
  expect(JSON.parse(stdout).after).toBeGreaterThan(5);
});
