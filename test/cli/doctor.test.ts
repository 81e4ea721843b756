import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { delimiter } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diagnose, type DiagnoseRequest } from '../../src/doctor.ts';
import type { Finding } from '../../src/diagnosis/finding.ts';
import { showPolicy } from '../../src/policies.ts';
import { createClient } from '../../src/client.ts';
import { formatPlatform, hostPlatform } from '../../src/release/platform.ts';
import { fault } from '#support/http/faults';
import { createTlsAuthority } from '#support/http/tls';
import { testDir } from '#support/test-dir';
import { localWorld, type LocalWorld } from './local-world.ts';

function withoutPath(directory: string): DiagnoseRequest['directories'] {
  return {
    platform: 'linux',
    env: { PATH: '/nowhere' },
    home: directory,
    isWritable: () => false,
    canBeWritten: () => true,
  };
}

async function examine(
  world: LocalWorld,
  changes: Partial<DiagnoseRequest> = {},
  now?: Date,
): Promise<ReadonlyMap<Finding['subject'], Finding>> {
  const own = createClient({ retries: 0, timeoutMs: 5000 });
  try {
    const findings = await diagnose(
      {
        sources: [world.releases.url],
        rekorUrl: world.sigstore.rekorUrl,
        trustedRootFile: world.dir.join('root.json'),
        env: {},
        directories: withoutPath('/home/you'),
        ...changes,
      },
      // Where no other time is asked for, the real one goes on: a busy machine takes seconds.
      now === undefined ? own : { ...own, clock: { now: () => now } },
    );
    return new Map(findings.map((finding) => [finding.subject, finding]));
  } finally {
    await own.http.close();
  }
}

describe('diagnose', () => {
  it('finds a machine where a run can work', async () => {
    const findings = await examine(await localWorld());
    expect([...findings.values()].filter(({ outcome }) => outcome === 'problem')).toEqual([]);
    expect(findings.get('clock')).toMatchObject({ outcome: 'ok', found: "agrees with the servers'" });
    expect(findings.get('trusted root')?.found).toMatch(/root\.json, sha256 [0-9a-f]{16}\.\.\.$/);
    expect(findings.get('downloads')?.found).toMatch(/^127\.0\.0\.1:\d+ answers in \d+ ms, no proxy$/);
  });

  it('names what of the trusted root is newer than this program', async () => {
    const world = await localWorld();
    const trustedRootFile = world.dir.join('newer.json');
    const newer = world.sigstore.trustedRoot((root) => void Object.assign(root, { policies: [] }));
    writeFileSync(trustedRootFile, newer);
    expect((await examine(world, { trustedRootFile })).get('trusted root')).toMatchObject({
      outcome: 'note',
      exitCode: 0,
      found: expect.stringMatching(/; left out: a field "policies"$/),
      advice: expect.stringContaining('update k8s-verify'),
    });
  });

  it('names the policy that a variable puts every run under, and what is odd about it', async () => {
    const world = await localWorld();
    const K8S_VERIFY_POLICY = world.dir.join('policy.json');
    const look = async (policy: object): Promise<Finding | undefined> => {
      writeFileSync(K8S_VERIFY_POLICY, JSON.stringify({ schemaVersion: 1, ...policy }));
      return (await examine(world, { env: { K8S_VERIFY_POLICY } })).get('policy');
    };
    expect(await look({})).toMatchObject({
      outcome: 'ok',
      found: expect.stringMatching(/policy\.json, by K8S_VERIFY_POLICY, sha256 [0-9a-f]{16}\.\.\.$/),
    });
    const ended = { sha256: 'a'.repeat(64), lifts: ['minimumAge'], reason: 'INC-1', until: '2024-02-29' };
    expect(await look({ exceptions: [ended] })).toMatchObject({
      outcome: 'note',
      found: expect.stringMatching(/; 1 exception that has ended$/),
      advice: 'k8s-verify policy check names them',
    });
    expect((await examine(world)).has('policy')).toBe(false);
  });

  it.skipIf(process.platform === 'win32')(
    'names who else can change that policy (needs POSIX modes)',
    async () => {
      const world = await localWorld();
      const K8S_VERIFY_POLICY = world.dir.join('policy.json');
      writeFileSync(K8S_VERIFY_POLICY, '{"schemaVersion":1}');
      chmodSync(K8S_VERIFY_POLICY, 0o666);
      expect((await examine(world, { env: { K8S_VERIFY_POLICY } })).get('policy')).toMatchObject({
        outcome: 'note',
        found: expect.stringMatching(/; others can change the policy /),
      });
    },
  );

  it.each<[string, Partial<Finding>, (world: LocalWorld) => Promise<ReadonlyMap<string, Finding>>]>([
    [
      'a server that refuses',
      { subject: 'downloads', exitCode: 4 },
      (world) => examine(world, { sources: ['http://127.0.0.1:9'] }),
    ],
    [
      'a server that is down',
      { subject: 'downloads', exitCode: 4 },
      (world) => {
        world.releases.http.fault(/./, fault.status(503));
        return examine(world);
      },
    ],
    [
      'a log that cannot be reached, where nothing proves without it',
      { subject: 'public log', exitCode: 4 },
      (world) => {
        world.releases.publishMarker('stable', 'v1.26.4');
        return examine(world, { rekorUrl: 'http://127.0.0.1:9' });
      },
    ],
    [
      'a clock that is behind',
      { subject: 'clock', exitCode: 5, found: expect.stringMatching(/^30\d s behind the servers'$/) },
      (world) => examine(world, {}, new Date(Math.floor(Date.now() / 1000) * 1000 - 300_000)),
    ],
    [
      'a clock that is behind k8s-verify itself',
      { subject: 'clock', exitCode: 5, found: expect.stringMatching(/behind k8s-verify itself: 2020-/) },
      (world) => examine(world, {}, new Date('2020-01-01T00:00:00Z')),
    ],
    [
      'a trusted root that is not there',
      { subject: 'trusted root', exitCode: 2, found: expect.stringMatching(/cannot be read/) },
      (world) => examine(world, { trustedRootFile: world.dir.join('nowhere') }),
    ],
    [
      'a policy that is not there, where every run would end',
      { subject: 'policy', exitCode: 2, advice: 'check the variable K8S_VERIFY_POLICY' },
      (world) => examine(world, { env: { K8S_VERIFY_POLICY: world.dir.join('nowhere.json') } }),
    ],
    [
      'a policy that says who must have signed, which no variable may',
      { subject: 'policy', exitCode: 2, found: expect.stringMatching(/names signers/) },
      (world) => {
        const K8S_VERIFY_POLICY = world.dir.join('signers.json');
        writeFileSync(K8S_VERIFY_POLICY, showPolicy());
        return examine(world, { env: { K8S_VERIFY_POLICY } });
      },
    ],
    [
      'a proxy that is none',
      { subject: 'downloads', exitCode: 2 },
      (world) => examine(world, { env: { http_proxy: 'gopher://proxy' } }),
    ],
    [
      'no place to install to',
      { subject: 'install', exitCode: 2 },
      (world) => examine(world, { directories: { ...withoutPath('/'), home: undefined } }),
    ],
    [
      'a place to install to that cannot be written',
      {
        subject: 'install',
        exitCode: 20,
        found: '/home/you/.local/bin, where this user may not write',
      },
      (world) => examine(world, { directories: { ...withoutPath('/home/you'), canBeWritten: () => false } }),
    ],
  ])('tells %s', async (_, expected, look) => {
    const findings = await look(await localWorld());
    const finding = findings.get(expected.subject ?? '');
    expect(finding).toMatchObject({ ...expected, outcome: 'problem' });
    expect(finding?.found).not.toMatch(/undefined/);
  });

  it('tells a machine that Kubernetes publishes nothing for', async () => {
    const world = await localWorld();
    const own = createClient({ retries: 0, timeoutMs: 5000 });
    const host = { platform: 'linux', arch: 'mips', endianness: 'BE' } as const;
    const request = { sources: [world.releases.url], rekorUrl: world.sigstore.rekorUrl, env: {} };
    const directories = withoutPath('/home/you');
    const [first] = await diagnose({ ...request, directories }, { ...own, host });
    await own.http.close();
    expect(first).toMatchObject({ subject: 'k8s-verify', outcome: 'problem', exitCode: 3 });
  });

  it.each([
    ['LD_PRELOAD', 'the system loads code or settings from LD_PRELOAD, before k8s-verify runs'],
    ['OPENSSL_CONF', 'the system loads code or settings from OPENSSL_CONF, before k8s-verify runs'],
    [
      'SSL_CERT_FILE',
      'SSL_CERT_FILE names a file that cannot be used, so that nothing is trusted because of it',
    ],
    ['NODE_PATH', 'node takes options or code from NODE_PATH, before k8s-verify runs'],
  ])('names %s where it is set, and not its value', async (name, found) => {
    const findings = await examine(await localWorld(), { env: { [name]: '/a/secret' } });
    expect(findings.get('environment')).toMatchObject({ outcome: 'note', found, exitCode: 0 });
    expect(JSON.stringify([...findings.values()])).not.toContain('/a/secret');
  });

  it('says nothing of an SSL_CERT_FILE that can be used', async () => {
    const dir = await testDir();
    await writeFile(dir.join('ca.pem'), createTlsAuthority().caPem);
    const findings = await examine(await localWorld(), { env: { SSL_CERT_FILE: dir.join('ca.pem') } });
    expect(findings.has('environment')).toBe(false);
  });

  it('shows a proxy without its password', async () => {
    const world = await localWorld();
    const findings = await examine(world, { env: { http_proxy: 'http://me:secret@127.0.0.1:9' } });
    expect(findings.get('downloads')?.found).toMatch(/, through http:\/\/127\.0\.0\.1:9 \(http_proxy\)$/);
    expect(JSON.stringify([...findings.values()])).not.toContain('secret');
  });

  it('notes a directory that is not on PATH', async () => {
    const findings = await examine(await localWorld());
    expect(findings.get('install')).toMatchObject({
      outcome: 'note',
      found: '/home/you/.local/bin, writable, not on PATH',
    });
  });
});

describe('every finding that is not ok', () => {
  it('has a line of advice', async () => {
    const world = await localWorld();
    const nowhere = 'http://127.0.0.1:9';
    const findings = await examine(world, { sources: [nowhere], rekorUrl: nowhere });
    const bad = [...findings.values()].filter(({ outcome }) => outcome !== 'ok');
    expect(bad.map(({ subject }) => subject)).toEqual(['downloads', 'public log', 'clock', 'install']);
    expect(bad.filter(({ advice }) => advice === undefined)).toEqual([]);
  });
});

/** The world's release server, and a log that nobody answers for. */
function withoutLog(world: LocalWorld): readonly string[] {
  const log = ['--rekor-url', 'http://127.0.0.1:9', '--trusted-root', world.dir.join('root.json')];
  return ['--mirror', world.releases.url, '--data-dir', world.dir.join('data'), ...log];
}

describe('doctor, where the log gives no answer', () => {
  it('ends with 0 where the release server has bundles', async () => {
    const world = await localWorld();
    const { arch, platform } = process;
    const host = hostPlatform({ arch, platform, endianness: endianness() });
    world.releases.publishMarker('stable', 'v1.26.5');
    await world.releases.publishRelease({
      version: 'v1.26.5',
      platform: formatPlatform(host),
      component: 'kubectl',
      bytes: Buffer.from('kubectl'),
      sigstore: world.sigstore,
      bundle: '0.3',
    });
    const { stdout, exitCode } = await world.run(['doctor', ...withoutLog(world)]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^note\tpublic log\t.*\tthe bundles at 127\.0\.0\.1:\d+ prove without it$/m);
  });

  it('ends with 0 where evidence is kept, and counts it', async () => {
    const world = await localWorld();
    world.releases.publishMarker('stable', 'v1.26.4');
    const install = ['kubectl', 'v1.26.4', '--platform', 'linux/amd64', '--output', 'kubectl'];
    expect(await world.run([...install, ...world.options, '--data-dir', 'data'])).toMatchObject({
      exitCode: 0,
    });
    const { stdout, exitCode } = await world.run(['doctor', ...withoutLog(world)]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^note\tpublic log\t.*\tkept evidence still works; for new files try again later$/m,
    );
    expect(stdout).toMatch(/^ok\tevidence\t[1-9] files? kept, [\d.]+ kB, \/\S+\t$/m);
  });

  it('ends with 0 at a mirror that does not say what it has, and says what follows', async () => {
    const world = await localWorld();
    const { stdout, exitCode } = await world.run(['doctor', ...withoutLog(world)]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^note\tpublic log\t.*; other files need the log$/m);
  });
});

describe('doctor on directories', () => {
  it('looks at the one that is named, and leaves nothing in it', async () => {
    const world = await localWorld();
    const { stdout } = await world.run(['doctor', ...world.options, '--install-dir', 'tools/bin']);
    expect(stdout).toContain(`note\tinstall\t${world.dir.join('tools', 'bin')}, writable, not on PATH\t`);
    expect(existsSync(world.dir.join('tools'))).toBe(false);
  });

  it('tells of another kubectl that a shell starts first, and of none that comes later', async () => {
    const world = await localWorld();
    for (const name of ['first', 'bin', 'last']) {
      mkdirSync(world.dir.join(name));
      writeFileSync(world.dir.join(name, 'kubectl'), '#!/bin/sh\n');
      chmodSync(world.dir.join(name, 'kubectl'), 0o755);
    }
    const look = async (...path: readonly string[]): Promise<string> => {
      const PATH = path.map((name) => world.dir.join(name)).join(delimiter);
      const env = { ...process.env, PATH };
      return (await world.run(['doctor', ...world.options, '--install-dir', 'bin'], { env })).stdout;
    };
    expect(await look('first', 'bin')).toContain(
      `note\tinstall\tanother kubectl comes first on PATH: ${world.dir.join('first', 'kubectl')}\t`,
    );
    expect(await look('first')).toContain('another kubectl comes first on PATH');
    expect(await look('bin', 'last')).not.toContain('another kubectl');
  });

  it.each([
    ['/proc/nope', 'the system makes nothing there'],
    ['/dev/null/k8s-verify', 'it is not a directory'],
  ])('names %s, where nothing can be kept, and what follows', async (directory, why) => {
    const world = await localWorld();
    const { stdout, exitCode } = await world.run(['doctor', ...world.options, '--data-dir', directory]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^note\\tdata directory\\tnothing can be kept in ${directory}: ${why}\\teach run`, 'm'),
    );
    expect(stdout).not.toMatch(/^\w+\tevidence\t/m);
  });
});

describe('doctor', () => {
  it('prints a line for each finding, and ends with 0 where a run can work', async () => {
    const world = await localWorld();
    const { stdout, exitCode } = await world.run(['doctor', ...world.options]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ok\tk8s-verify\t\d+\.\d+\.\d+, Node \d+[^\t]*, \w+\/\w+\t$/m);
    expect(stdout).toMatch(/^ok\tdownloads\t127\.0\.0\.1:\d+ answers in \d+ ms, no proxy\t$/m);
  });

  it('ends with the code that a run would end with, with advice, and as JSON', async () => {
    const world = await localWorld();
    world.releases.publishMarker('stable', 'v1.26.4');
    const args = ['doctor', ...withoutLog(world)];
    const { stdout, exitCode } = await world.run([...args, '--json', '--quiet']);
    expect(exitCode).toBe(4);
    const report: { readonly findings: readonly Finding[] } = JSON.parse(stdout);
    expect(report).toMatchObject({ schemaVersion: 1, ok: false, exitCode: 4 });
    const found = report.findings.find(({ subject }) => subject === 'public log');
    expect(found).toMatchObject({ outcome: 'problem', advice: expect.any(String) });
  });

  it('ends with 0 where one of several mirrors answers: a run goes on to it', async () => {
    const world = await localWorld();
    const args = ['doctor', '--mirror', 'http://127.0.0.1:9', ...world.options];
    const { stdout, exitCode } = await world.run(args);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^note\tdownloads\tcould not fetch an answer from 127\.0\.0\.1:9: connection refused/m,
    );
    expect(stdout).toMatch(/^ok\tdownloads\t127\.0\.0\.1:\d+ answers in/m);
  });

  it('takes no argument', async () => {
    const world = await localWorld();
    expect(await world.run(['doctor', 'kubectl'])).toMatchObject({ exitCode: 2, stdout: '' });
  });
});
