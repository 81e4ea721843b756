import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLocalSigstore } from '#support/local-sigstore';
import { seededBody } from '#support/http/large-bodies';
import { readWhole } from '#support/http/reply';
import { type PublishedFile, type ReleaseServer, startReleaseServer } from '#support/release-server';

const sigstore = createLocalSigstore({ rekor: { prefill: [1] } });
const artifact = Buffer.from('the bytes of a release binary');
let server: ReleaseServer;
let kubectl: PublishedFile;

beforeAll(async () => {
  server = await startReleaseServer();
  kubectl = await server.publishRelease({
    version: 'v1.26.4',
    platform: 'linux/amd64',
    component: 'kubectl',
    bytes: artifact,
    sigstore,
    bundle: '0.3',
  });
});
afterAll(() => server.close());
afterEach(() => server.http.clearFaults());

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${server.url}${path}`, { headers });
const text = async (path: string): Promise<string> => (await get(path)).text();

describe('what is published', () => {
  it('is a binary with its side files, also under the alias', async () => {
    const path = '/release/v1.26.4/bin/linux/amd64/kubectl';
    expect(kubectl.path).toBe(path);
    expect(await text(path)).toBe(artifact.toString());
    expect(await text(path.replace('/release', ''))).toBe(artifact.toString());
    const hex = (hash: string): string => createHash(hash).update(artifact).digest('hex');
    expect(await text(`${path}.sha256`)).toBe(hex('sha256'));
    expect(await text(`${path}.sha512`)).toBe(hex('sha512'));
    expect(await text(`${path}.sig`)).toBe(kubectl.signed?.signatureFile);
    expect(await text(`${path}.cert`)).toBe(kubectl.signed?.certificateFile);
    expect(JSON.parse(await text(`${path}.sigstore.json`))).toEqual(kubectl.signed?.bundleJson('0.3'));
  });

  it('has .exe on windows', async () => {
    const { path } = await server.publishRelease({
      version: 'v1.26.4',
      platform: 'windows/amd64',
      component: 'kubectl',
      bytes: artifact,
    });
    expect(path).toBe('/release/v1.26.4/bin/windows/amd64/kubectl.exe');
    expect((await get(`${path}.sig`)).status).toBe(404);
  });

  it('replaces and leaves out side files', async () => {
    const { path } = await server.publishRelease({
      version: 'v1.26.5',
      platform: 'linux/amd64',
      component: 'kubectl',
      bytes: artifact,
      sigstore,
      sideFiles: { '.sig': 'nonsense', '.cert': null },
    });
    expect(await text(`${path}.sig`)).toBe('nonsense');
    expect((await get(`${path}.cert`)).status).toBe(404);
  });

  it('has markers and sums', async () => {
    server.publishMarker('stable-1.26', 'v1.26.4');
    await server.publishSums('v1.26.4', '/build/dir/');
    expect(await text('/release/stable-1.26.txt')).toBe('v1.26.4');
    expect(await text('/release/v1.26.4/SHA256SUMS')).toContain(
      `${kubectl.sha256}  /build/dir/bin/linux/amd64/kubectl\n`,
    );
  });

  it('answers as the CDN does: no ETag, lengths, HEAD, 404 in XML', async () => {
    const response = await get(kubectl.path);
    expect(response.headers.get('etag')).toBeNull();
    expect(response.headers.get('content-length')).toBe(String(artifact.length));
    expect(response.headers.get('accept-ranges')).toBe('bytes');
    const head = await fetch(kubectl.url, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe(String(artifact.length));
    expect(await head.text()).toBe('');
    const missing = await get('/release/v9.9.9/bin/linux/amd64/kubectl');
    expect(missing.status).toBe(404);
    expect(await missing.text()).toContain('NoSuchKey');
  });
});

describe('ranges', () => {
  it.each([
    { range: 'bytes=0-3', status: 206, body: 'the ', contentRange: 'bytes 0-3/29' },
    { range: 'bytes=22-', status: 206, body: ' binary', contentRange: 'bytes 22-28/29' },
    { range: 'bytes=-6', status: 206, body: 'binary', contentRange: 'bytes 23-28/29' },
    { range: 'bytes=22-900', status: 206, body: ' binary', contentRange: 'bytes 22-28/29' },
    { range: 'bytes=29-', status: 416, body: '', contentRange: 'bytes */29' },
    { range: 'lines=1-2', status: 200, body: artifact.toString(), contentRange: null },
  ])('answers $range with $status', async ({ range, status, body, contentRange }) => {
    const response = await get(kubectl.path, { range });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-range')).toBe(contentRange);
    expect(await response.text()).toBe(body);
  });

  it('sends everything where If-Range names another date', async () => {
    const stale = { range: 'bytes=4-', 'if-range': 'Thu, 01 Jan 1970 00:00:00 GMT' };
    expect((await get(kubectl.path, stale)).status).toBe(200);
  });
});

describe('large artifacts', () => {
  const size = 40 * 1024 * 1024 + 5;
  const body = seededBody('a large artifact', size);

  it('are the same bytes from any offset, with a known digest', async () => {
    const whole = await readWhole(body);
    expect(createHash('sha256').update(whole).digest('hex')).toBe(await body.sha256());
    for (const [start, end] of [
      [0, 1],
      [15, 17],
      [16, 300_000],
      [size - 3, size],
    ] as const) {
      const parts: Uint8Array[] = [];
      for await (const part of body.read(start, end)) parts.push(part);
      expect(Buffer.concat(parts).equals(whole.subarray(start, end))).toBe(true);
    }
  });

  it('are signed by digest and served', async () => {
    const { path, sha256, signed } = await server.publishRelease({
      version: 'v1.27.0',
      platform: 'linux/amd64',
      component: 'kubelet',
      bytes: body,
      sigstore,
    });
    const hash = createHash('sha256');
    const response = await get(path);
    for await (const piece of response.body ?? []) hash.update(piece);
    expect(hash.digest('hex')).toBe(sha256);
    expect(signed?.digestHex).toBe(sha256);
    expect(server.http.requests.at(-1)).toMatchObject({ bytesSent: size, outcome: 'finished' });
  });
});
