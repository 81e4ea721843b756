/** Every tool that reads dl.k8s.io reads a mirror as it is: by the paths that it asks for, from any static server. */
import { spawnSync } from 'node:child_process';
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { mirror } from '../../src/index.ts';
import { runProgram } from '#support/run-program';
import { testServers } from '#support/test-servers';
import { mirrorWorld, type MirrorWorld, program, publish, sha, VERSION } from './mirror-world.ts';

const servers = await testServers();
const SIGNER = 'krel-staging@k8s-releng-prod.iam.gserviceaccount.com';
const ISSUER = 'https://accounts.google.com';
const KUBECTL = `release/${VERSION}/bin/linux/amd64/kubectl`;

async function filled(): Promise<MirrorWorld> {
  await publish(servers);
  const world = await mirrorWorld(servers);
  await mirror(world.input, world.client);
  return world;
}

/** A static server that knows nothing but files. */
async function serve(directory: string, below = ''): Promise<string> {
  const server = createServer((request, response) => {
    const path = join(directory, (request.url ?? '').slice(below.length));
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) createReadStream(path).pipe(response);
    else response.writeHead(404).end();
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}${below}`;
}

function has(name: string, ...words: readonly string[]): boolean {
  return spawnSync(name, words).status === 0;
}

const HAS_CURL = has('curl', '--version');
const HAS_COSIGN = has('cosign', 'version');

describe('a mirror that is served', () => {
  const bytes = program('kubelet', VERSION, 'linux/amd64');

  it.each([
    ['kubespray (dl_k8s_io_url)', '/dl.k8s.io', `/release/${VERSION}/bin/linux/amd64/kubelet`],
    ['kOps (fileRepository)', '', `/release/${VERSION}/bin/linux/amd64/kubelet`],
    ['image-builder (kubernetes_http_source)', '', `/release/${VERSION}/bin/linux/amd64/kubelet`],
  ])('is read by %s', async (_, below, path) => {
    const { to } = await filled();
    const url = await serve(to, below);
    const get = async (end: string): Promise<string> => (await fetch(`${url}${path}${end}`)).text();
    expect(await get('')).toBe(bytes.toString());
    expect(await get('.sha256')).toBe(sha('sha256', bytes));
    expect(await get('.sha512')).toBe(sha('sha512', bytes));
  });

  it('gives setup-kubectl and scripts the newest version and the sums', async () => {
    const { to } = await filled();
    const url = await serve(to);
    expect(await (await fetch(`${url}/release/stable.txt`)).text()).toBe(VERSION);
    const sums = await (await fetch(`${url}/release/${VERSION}/SHA256SUMS`)).text();
    expect(sums).toContain(`${sha('sha256', bytes)}  bin/linux/amd64/kubelet\n`);
  });

  it.skipIf(!HAS_CURL)(
    'is checked by curl and sha256sum, as the documentation of Kubernetes has it (needs curl)',
    async () => {
      const { to, dir } = await filled();
      const url = await serve(to);
      const script = `curl -fsSLO ${url}/${KUBECTL} && curl -fsSLO ${url}/${KUBECTL}.sha256 &&
      echo "$(cat kubectl.sha256)  kubectl" | sha256sum --check`;
      const run = await runProgram(['sh', '-c', script], {
        cwd: dir.path,
        env: { PATH: process.env['PATH'] },
      });
      expect(run).toMatchObject({ exitCode: 0, stdout: 'kubectl: OK\n' });
    },
  );

  it.skipIf(!HAS_COSIGN)('has bundles that cosign accepts (needs cosign 3 on PATH)', async () => {
    const { at, dir } = await filled();
    const line: readonly [string, ...string[]] = [
      'cosign',
      'verify-blob',
      '--bundle',
      at(`${KUBECTL}.sigstore.json`),
      '--trusted-root',
      at('trusted_root.json'),
      '--certificate-identity',
      SIGNER,
      '--certificate-oidc-issuer',
      ISSUER,
      at(KUBECTL),
    ];
    const run = await runProgram(line, { cwd: dir.path, env: { PATH: process.env['PATH'], HOME: dir.path } });
    expect(run.stderr).toContain('Verified OK');
    expect(run.exitCode).toBe(0);
  });
});
