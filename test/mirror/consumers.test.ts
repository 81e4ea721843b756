/** Every tool that reads dl.k8s.io reads a mirror as it is: by the paths that it asks for, from any static server. */
import { spawn, spawnSync } from 'node:child_process';
import { createReadStream, existsSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { install, mirror } from '../../src/index.ts';
import { runProgram } from '#support/run-program';
import type { TempDir } from '#support/temp-dir';
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

/** On a socket file, with a port of this process before it: nginx takes no port that nobody else has. */
async function serveByNginx(directory: string, dir: TempDir): Promise<string> {
  const socket = dir.join('nginx.sock');
  const configuration = `
    daemon off; master_process off; pid ${dir.join('pid')}; error_log stderr;
    events {}
    http {
      access_log off;
      ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${dir.join(name)};`).join(' ')}
      server {
        listen unix:${socket};
        location / { root ${directory}; }
        location /bucket/k8s/ { alias ${directory}/; }
      }
    }`;
  writeFileSync(dir.join('nginx.conf'), configuration);
  const nginx = spawn('nginx', ['-c', dir.join('nginx.conf'), '-e', 'stderr'], { stdio: 'ignore' });
  onTestFinished(() => void nginx.kill('SIGKILL'));
  while (!existsSync(socket) && nginx.exitCode === null)
    await new Promise((resolve) => setImmediate(resolve));
  const front = createTcpServer((client) => {
    const behind = connect(socket);
    client.pipe(behind).pipe(client);
    for (const one of [client, behind])
      one.on('error', () => void [client, behind].map((end) => end.destroy()));
  });
  onTestFinished(() => void front.close());
  await new Promise<void>((resolve) => void front.listen(0, '127.0.0.1', resolve));
  const address = front.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

function has(name: string, ...words: readonly string[]): boolean {
  return spawnSync(name, words).status === 0;
}

const HAS_CURL = has('curl', '--version');
const HAS_NGINX = has('nginx', '-v');
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

  it.skipIf(!HAS_NGINX)(
    'is served by nginx at its root and, as a bucket has it, below a path (needs nginx)',
    async () => {
      const { to, dir } = await filled();
      const url = await serveByNginx(to, dir);
      for (const place of [url, `${url}/bucket/k8s`]) {
        const { artifacts } = await install({
          artifacts: ['kubelet'],
          platform: 'linux/amd64',
          into: dir.join(`bin-${place.length}`),
          sources: [place],
          rekorUrl: 'http://127.0.0.1:1',
          trustedRoot: servers.sigstore.trustedRoot(),
          requireName: true,
        });
        expect(artifacts).toMatchObject([{ outcome: 'installed', version: VERSION, name: { bound: true } }]);
      }
      expect((await fetch(`${url}/release/${VERSION}/`)).status).toBe(403);
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
