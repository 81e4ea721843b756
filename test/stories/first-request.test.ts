/** An install asks its servers before it loads what it needs only for their answers. */
import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import path from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../package/packed.ts';
import { startReleaseServer } from '#support/release-server';
import { testDir } from '#support/test-dir';

const source = (name: string): string => JSON.stringify(pathToFileURL(path.join(ROOT, 'src', name)).href);

it.each(['v1.30.2', 'stable'])(
  "the first request for %s leaves before the proof's code and the trusted root are loaded",
  async (version) => {
    await using releases = await startReleaseServer();
    releases.publishMarker('stable', 'v1.30.2');
    releases.publishFile('/release/v1.30.2/bin/linux/amd64/kubectl.sig', 'c2ln');
    releases.publishFile('/release/v1.30.2/bin/linux/amd64/kubectl.cert', 'c2ln');
    releases.publishFile('/release/v1.30.2/bin/linux/amd64/kubectl', 'kubectl');
    const dir = await testDir();
    const script = `
      import { subscribe } from 'node:diagnostics_channel';
      import { createRequire } from 'node:module';
      const { cache } = createRequire(import.meta.url);
      const events = [];
      const loaded = () => ['verify', 'protobuf-specs'].filter((name) =>
        Object.keys(cache).some((file) => file.replaceAll('\\\\', '/').includes('/@sigstore/' + name + '/')));
      const report = (event) => event.kind === 'trusted-root' && events.push('trusted root');
      subscribe('undici:client:sendHeaders', () => events.push('request', ...loaded()));
      const [{ installRelease }, { createClient }] = await Promise.all([
        import(${source('install.ts')}),
        import(${source('client.ts')}),
      ]);
      const client = createClient({ retries: 0, report });
      const error = await installRelease({
        artifacts: [{ component: 'kubectl', version: ${JSON.stringify(version)}, platform: 'linux/amd64' }],
        sources: [${JSON.stringify(releases.url)}],
        destination: { kind: 'directory', path: ${JSON.stringify(dir.path)} },
      }, client).catch((thrown) => thrown);
      await client.http.close();
      console.log(JSON.stringify({ code: error.code, atFirst: events.slice(0, events.indexOf('request', 1)), after: loaded(), events }));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
    const { code, atFirst, after, events }: Readonly<Record<string, unknown>> = JSON.parse(stdout);
    expect({ code, after, events }).toMatchObject({
      code: 'material-malformed',
      after: ['verify', 'protobuf-specs'],
      events: expect.arrayContaining(['trusted root']),
    });
    expect(atFirst).toEqual(['request']);
  },
);
