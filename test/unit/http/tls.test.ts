import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { HttpClientOptions } from '../../../src/http/client.ts';
import { createTlsAuthority, startRefusingServer } from '#support/http/tls';
import { extension, name, randomSerialNumber, signCertificate } from '#support/sigstore/certificate';
import { generateKey, toPem } from '#support/sigstore/keys';
import { testDir } from '#support/test-dir';
import {
  client,
  type Handler,
  hello,
  listen,
  recording,
  rejection,
  serve,
  serveRaw,
  SMALL,
  type TestClient,
} from './loopback.ts';

const authority = createTlsAuthority();
const DAY_MS = 86_400_000;

async function serveTls(
  tls: { readonly key: string; readonly cert: string },
  handler: Handler = hello,
): Promise<string> {
  const { listener } = recording(handler);
  return `https://127.0.0.1:${await listen(createServer(tls, listener))}`;
}

/** A client that trusts a CA through a file. */
async function trusting(pem: string, options: HttpClientOptions = {}): Promise<TestClient> {
  const dir = await testDir();
  await writeFile(dir.join('ca.pem'), pem);
  return client({ ...options, caFile: dir.join('ca.pem') });
}

function selfSigned(): { readonly key: string; readonly cert: string } {
  const key = generateKey('p256');
  const subject = name('k8s-verify tests', 'alone');
  const template = {
    version: 2,
    serialNumber: randomSerialNumber(),
    issuer: subject,
    subject,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + DAY_MS),
    spki: key.spki,
    extensions: [extension.subjectAlternativeName([{ kind: 'dns', value: 'localhost' }], false)],
  };
  return {
    key: key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: toPem('CERTIFICATE', signCertificate(template, key)),
  };
}

describe('an https server', () => {
  it('is trusted through a CA file, text around the certificates or not', async () => {
    const url = await serveTls(authority.issue());
    const pem = `# our CA\n${createTlsAuthority('another CA').caPem}\nand\n${authority.caPem}`;
    const http = await trusting(pem);
    expect(Buffer.from((await http.fetchSmall({ ...SMALL, url })).body).toString()).toBe('hello');
  });

  it.each([
    ['comes from an unknown CA', () => authority.issue(), undefined, 'an unknown CA', '--ca-file'],
    [
      'comes from another CA',
      () => authority.issue(),
      createTlsAuthority().caPem,
      'not',
      'NODE_EXTRA_CA_CERTS',
    ],
    ['is self-signed', selfSigned, undefined, 'is self-signed', '--ca-file'],
    [
      'has expired',
      () => authority.issue({ notAfter: new Date(Date.now() - DAY_MS / 2) }),
      authority.caPem,
      'has expired',
      'clock',
    ],
    [
      'is not valid yet',
      () => authority.issue({ notBefore: new Date(Date.now() + DAY_MS) }),
      authority.caPem,
      'not valid yet',
      'clock',
    ],
    [
      'is for another host',
      () => authority.issue({ names: [{ kind: 'dns', value: 'dl.k8s.io' }] }),
      authority.caPem,
      'is for another host',
      'host name',
    ],
  ])('is refused at once where its certificate %s', async (_name, issue, caPem, reason, advice) => {
    const url = await serveTls(issue());
    const http = caPem === undefined ? client() : await trusting(caPem);
    const error = await rejection(http.fetchSmall({ ...SMALL, url }));
    expect(error).toMatchObject({
      name: 'UnavailableError',
      code: 'network',
      next: expect.stringContaining(advice),
    });
    expect(error.message).toContain('TLS: the server cannot be trusted: its certificate ');
    expect(error.message).toContain(reason);
    expect(http.events).toEqual([]);
  });

  it('is refused at once where it speaks no TLS', async () => {
    await using server = await startRefusingServer('no-tls');
    const http = client();
    const error = await rejection(http.fetchSmall({ ...SMALL, url: server.url }));
    expect(error).toMatchObject({ code: 'network', next: expect.stringContaining('port') });
    expect(error.message).toContain('TLS: could not make a secure connection');
    expect(http.events).toEqual([]);
  });

  it('is asked again where it hangs up', async () => {
    await using server = await startRefusingServer('hang-up');
    const http = client({ retries: 1 });
    const error = await rejection(http.fetchSmall({ ...SMALL, url: server.url }));
    expect(error).toMatchObject({ code: 'network', message: expect.stringContaining('connection reset') });
    expect(http.events).toHaveLength(1);
  });

  it('is asked again where the connection is not made in time', async () => {
    const { origin } = await serveRaw(() => {});
    const http = client({ retries: 1, connectTimeoutMs: 10 });
    const error = await rejection(http.fetchSmall({ ...SMALL, url: origin.replace('http:', 'https:') }));
    expect(error).toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('connection timed out'),
    });
    expect(http.events).toHaveLength(1);
  });

  it('may not redirect to http', async () => {
    const plain = await serve(hello);
    const url = await serveTls(authority.issue(), (_request, response) => {
      response.writeHead(302, { location: `${plain.origin}/x` }).end();
    });
    const error = await rejection((await trusting(authority.caPem)).fetchSmall({ ...SMALL, url }));
    expect(error).toMatchObject({ code: 'response-invalid' });
    expect(error.message).toContain(`redirected from https to http: ${plain.origin}/x`);
    expect(plain.requests).toEqual([]);
  });
});

describe('a CA file', () => {
  it.each([
    ['is empty', '', 'usage', 'contains no certificate'],
    [
      'holds a key',
      '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n',
      'usage',
      'contains no certificate',
    ],
    ['is DER', '0\u0082\u0003', 'usage', 'contains no certificate'],
    [
      'holds a broken one',
      `${authority.caPem}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
      'usage',
      'certificate 2 in the CA file',
    ],
  ])('is refused where it %s', async (_name, pem, code, message) => {
    const http = await trusting(pem);
    const error = await rejection(http.fetchSmall({ ...SMALL, url: 'https://127.0.0.1:1/' }));
    expect(error).toMatchObject({ name: 'RequestError', code, message: expect.stringContaining(message) });
  });

  it('is refused where there is none', async () => {
    const dir = await testDir();
    const http = client({ caFile: dir.join('absent.pem') });
    const error = await rejection(http.fetchSmall({ ...SMALL, url: 'https://127.0.0.1:1/' }));
    expect(error).toMatchObject({
      name: 'RequestError',
      code: 'file-not-readable',
      found: 'no such file',
    });
    expect(error.message).toContain(dir.join('absent.pem'));
  });

  it('comes in addition to NODE_EXTRA_CA_CERTS, not in its place', async () => {
    const dir = await testDir();
    await writeFile(dir.join('extra.pem'), authority.caPem);
    await writeFile(dir.join('ca.pem'), createTlsAuthority('another CA').caPem);
    const url = await serveTls(authority.issue());
    const module = new URL('../../../src/http/client.ts', import.meta.url).href;
    const script = `
      const { createHttpClient } = await import(${JSON.stringify(module)});
      const http = createHttpClient({ retries: 0, caFile: process.argv[1] });
      const { status } = await http.fetchSmall({ url: ${JSON.stringify(url)}, maxBytes: 9, accept: [200], what: 'x' });
      console.log(status);
      await http.close();`;
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: dir.join('extra.pem') };
    const parameters = ['--input-type=module', '--eval', script, dir.join('ca.pem')];
    const { stdout } = await promisify(execFile)(process.execPath, parameters, { env });
    expect(stdout.trim()).toBe('200');
  });
});

/** A client of which the environment names authorities. */
async function naming(pem: string | undefined, caFile?: string): Promise<TestClient> {
  const dir = await testDir();
  if (pem !== undefined) await writeFile(dir.join('system.pem'), pem);
  if (caFile !== undefined) await writeFile(dir.join('ca.pem'), caFile);
  return client({
    env: { SSL_CERT_FILE: dir.join('system.pem') },
    ...(caFile === undefined ? {} : { caFile: dir.join('ca.pem') }),
  });
}

describe('SSL_CERT_FILE', () => {
  it.each([
    ['alone', undefined],
    ['besides a CA file of another authority', createTlsAuthority('another CA').caPem],
  ])('names authorities that are trusted, %s', async (_, caFile) => {
    const url = await serveTls(authority.issue());
    const http = await naming(authority.caPem, caFile);
    expect((await http.fetchSmall({ ...SMALL, url })).status).toBe(200);
  });

  it.each([
    ['is not there', undefined],
    ['has no certificate', 'nothing\n'],
    ['has a broken one', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ])('counts for nothing where the file %s', async (_, pem) => {
    const url = await serveTls(authority.issue());
    const own = await naming(pem, authority.caPem);
    expect((await own.fetchSmall({ ...SMALL, url })).status).toBe(200);
    const http = await naming(pem);
    expect(await rejection(http.fetchSmall({ ...SMALL, url }))).toMatchObject({ name: 'UnavailableError' });
  });
});
