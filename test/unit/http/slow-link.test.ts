/** Links with real latency: slower than what Node gives each address, and with addresses that do not answer. */
import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BLACK_HOLES,
  FAR_ADDRESSES,
  firstOutput,
  openSlowLink,
  type SlowLink,
  UNROUTED,
  whyNoLink,
} from '#support/slow-link';

const CLIENT = new URL('../../../src/http/client.ts', import.meta.url).href;
/** An answer takes 900 ms; Node's own choice of an address ends each attempt after 250. */
const DELAY_MS = 450;

const SERVER = `
  import { createServer } from 'node:http';
  const server = createServer(({ url }, response) => response.end(url));
  server.listen(0, '::', () => console.log(server.address().port));
  process.stdin.on('end', () => process.exit()).resume();`;

/** Asks for one URL, whose host and proxy have the addresses given. */
const ASK = `
  const { createHttpClient } = await import(${JSON.stringify(CLIENT)});
  const { url, env, addresses } = JSON.parse(process.argv[1]);
  const all = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  const http = createHttpClient({ env, retries: 0, lookup: (host, options, callback) => callback(null, all) });
  try {
    const { body } = await http.fetchSmall({ url, maxBytes: 100, accept: [200], what: 'the marker' });
    console.log(Buffer.from(body).toString());
  } catch (error) {
    console.log(error.message);
  }
  await http.close();`;

const reason = whyNoLink();

describe.skipIf(reason !== undefined)(
  `a slow link (needs a network of its own: ${reason ?? 'it can be made'})`,
  () => {
    let link: SlowLink;
    let port: number;
    let server: ChildProcessByStdio<Writable, Readable, null>;

    beforeAll(async () => {
      link = await openSlowLink(DELAY_MS);
      const [command = '', ...words] = link.at('far');
      server = spawn(command, [...words, process.execPath, '--input-type=module', '--eval', SERVER], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      port = Number(await firstOutput(server));
    });

    afterAll(async () => {
      server.stdin.end();
      await link[Symbol.asyncDispose]();
    });

    async function ask(
      addresses: readonly string[],
      url: string,
      env: Readonly<Record<string, string>> = {},
    ): Promise<string> {
      const [command = '', ...words] = link.at('near');
      const request = JSON.stringify({ url, env, addresses });
      const program = [process.execPath, '--input-type=module', '--eval', ASK, request];
      const { stdout } = await promisify(execFile)(command, [...words, ...program]);
      return stdout.trim();
    }

    const ways: readonly (readonly [string, readonly string[]])[] = [
      ['addresses of both families, and no route for one', [FAR_ADDRESSES.v4, UNROUTED.v6]],
      [
        'four of each, and no route for one family',
        [...Array<string>(4).fill(FAR_ADDRESSES.v4), ...Array<string>(4).fill(UNROUTED.v6)],
      ],
      ['an IPv6 that leads nowhere', [BLACK_HOLES.v6, FAR_ADDRESSES.v4]],
      ['an IPv4 that leads nowhere', [BLACK_HOLES.v4, FAR_ADDRESSES.v6]],
      ['one address', [FAR_ADDRESSES.v6]],
    ];

    it.concurrent.for(ways)('reaches a server with %s', async ([, addresses]) => {
      expect(await ask(addresses, `http://dl.example:${port}/marker`)).toBe('/marker');
    });

    it.concurrent.for(ways)('reaches a proxy with %s', async ([, addresses]) => {
      const env = { HTTP_PROXY: `http://proxy.example:${port}` };
      expect(await ask(addresses, 'http://dl.example/marker', env)).toBe('http://dl.example/marker');
    });
  },
);
