/** The first boot of a machine with the cloud-config, without cloud-init: what it would write, and run. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createTlsAuthority } from '#support/http/tls';
import { fault } from '#support/http/faults';
import type { ProgramRun } from '#support/run-program';
import { snapshot } from '#support/temp-dir';
import {
  COMPONENTS,
  type ExampleWorld,
  installedIn,
  onPath,
  readExample,
  startExampleWorld,
} from './example-world.ts';

interface CloudConfig {
  readonly write_files: readonly {
    readonly path: string;
    readonly permissions: string;
    readonly content: string;
  }[];
  readonly runcmd: readonly (readonly string[])[];
}

const text = readExample('cloud-init.yaml');
const config: CloudConfig = parse(text);
let world: ExampleWorld;

/** The script that cloud-init makes of runcmd: one line each, and nothing that ends it where a line fails. */
function runcmdScript(): string {
  const lines = config.runcmd.map((words) =>
    words.map((one) => `'${one.replaceAll("'", String.raw`'\''`)}'`).join(' '),
  );
  return `#!/bin/sh\n${lines.join('\n')}\n`;
}

/** The settings of a site that the config has as comments. */
type SiteSettings = Readonly<Record<string, string>>;

/** What a reader does who needs such a setting: its line, with another value and without the mark of a comment. */
function withSettings(content: string, site: SiteSettings): string {
  return Object.entries(site).reduce((changed, [name, value]) => {
    const line = new RegExp(`^# ${name}=.*$`, 'm');
    expect(changed).toMatch(line);
    return changed.replace(line, `${name}=${value}`);
  }, content);
}

/** A boot: the files of the config below a directory of its own, and its last command. */
async function boot(name: string, sha256: string, site: SiteSettings = {}): Promise<ProgramRun> {
  const root = world.dir.join(name);
  mkdirSync(`${root}/run`, { recursive: true });
  world.releases.publishFile('/k8s-verify-linux-x64', executable());
  for (const { path, permissions, content } of config.write_files) {
    const own = path.endsWith('.env') ? withSettings(content, site) : content;
    const settings = own
      .replace(/URL=.*/, `URL=${world.releases.url}/k8s-verify-linux-x64`)
      .replace(/SHA256=0.*/, `SHA256=${sha256}`);
    const joined = path.endsWith('/join-cluster') ? `${content}touch '${root}/joined'\n` : settings;
    writeFileSync(`${root}/${basename(path)}`, joined, { mode: Number.parseInt(permissions, 8) });
  }
  const script = runcmdScript().replaceAll('/usr/local/sbin/', `${root}/`);
  return world.run(['sh', '-c', script], {
    env: {
      VERIFIER_ENV: `${root}/k8s-verify.env`,
      VERIFIER_RUN: `${root}/run`,
      VERIFIER_DIR: root,
      INSTALL_DIR: `${root}/bin`,
    },
  });
}

function exitFile(name: string): string {
  return readFileSync(world.dir.join(name, 'run', 'k8s-verify.exit'), 'utf8').trim();
}

/** The executable that the world publishes. Where the settings name a mirror, it asks no other. */
function executable(): string {
  const own = `--mirror ${world.releases.url}`;
  return world.command.replaceAll(own, `$(test -n "$K8S_VERIFY_MIRROR" || echo ${own})`);
}

function digest(): string {
  return createHash('sha256').update(executable()).digest('hex');
}

describe.skipIf(process.platform !== 'linux')('cloud-init.yaml (needs Linux)', () => {
  beforeAll(async () => {
    world = await startExampleWorld();
  });
  afterAll(() => world.close());

  it('is a cloud-config whose last command is one that it writes, as is what that runs', () => {
    expect(text.startsWith('#cloud-config\n')).toBe(true);
    expect(config.runcmd).toEqual([['/usr/local/sbin/become-node']]);
    const written = config.write_files.map(({ path }) => path);
    expect(written.map((path) => basename(path)).toSorted()).toEqual([
      'become-node',
      'install-kubernetes',
      'join-cluster',
      'k8s-verify.env',
    ]);
    const scripts = config.write_files.filter(({ path }) => path.includes('/sbin/'));
    for (const { content, permissions } of scripts) {
      expect(content).toMatch(/^#!\/usr\/bin\/env bash\nset -euo pipefail\n/);
      expect(Number.parseInt(permissions, 8) & 0o100).toBe(0o100);
    }
    expect(text).not.toMatch(/curl[^\n]*\|/);
  });

  describe.skipIf(!onPath('curl'))('at the first boot (needs curl)', () => {
    it('installs with an executable of the digest that it names, and then joins', async () => {
      expect(await boot('node', digest())).toMatchObject({ exitCode: 0 });
      expect(installedIn(world.dir.join('node', 'bin'))).toStrictEqual([...COMPONENTS]);
      expect(existsSync(world.dir.join('node', 'joined'))).toBe(true);
      expect(exitFile('node')).toBe('0');
    });

    it('runs no executable of another digest, and does not join; cloud-init sees that the command failed', async () => {
      const { exitCode } = await boot('other', 'f'.repeat(64));
      expect(exitCode).toBe(1);
      expect(exitFile('other')).toBe('1');
      expect(existsSync(world.dir.join('other', 'k8s-verify'))).toBe(false);
      expect(existsSync(world.dir.join('other', 'joined'))).toBe(false);
    });

    it('takes mirror, certificates and policy of the site from its settings', async () => {
      const { caPem } = createTlsAuthority();
      writeFileSync(world.dir.join('ca.pem'), caPem);
      const policy = { schemaVersion: 1, allowed: [{ versions: ['1.29'] }] };
      writeFileSync(world.dir.join('policy.json'), JSON.stringify(policy));
      const mirror = { K8S_VERIFY_MIRROR: world.releases.url, K8S_VERIFY_CA_FILE: world.dir.join('ca.pem') };
      expect(await boot('site', digest(), mirror)).toMatchObject({ exitCode: 0 });
      expect(installedIn(world.dir.join('site', 'bin'))).toStrictEqual([...COMPONENTS]);
      const nowhere = { ...mirror, K8S_VERIFY_CA_FILE: world.dir.join('nowhere.pem') };
      expect(await boot('no-certificates', digest(), nowhere)).toMatchObject({ exitCode: 2 });
      const strict = { ...mirror, K8S_VERIFY_POLICY: world.dir.join('policy.json') };
      const { stderr } = await boot('policy', digest(), strict);
      expect(exitFile('policy')).toBe('2');
      expect(stderr).toContain('the policy forbids this request');
      expect(existsSync(world.dir.join('policy', 'joined'))).toBe(false);
    });

    it('installs none of the three where one is refused, does not join, and says why', async () => {
      world.releases.http.fault('/kubelet', fault.body('#!/bin/sh\necho evil\n'), { times: 1 });
      const { exitCode, stderr } = await boot('refused', digest());
      world.releases.http.clearFaults();
      expect(exitCode).toBe(12);
      expect(exitFile('refused')).toBe('12');
      expect(stderr).toContain('k8s-verify: refused: kubelet');
      expect(Object.keys(await snapshot(world.dir.join('refused', 'bin')))).toEqual([]);
      expect(existsSync(world.dir.join('refused', 'joined'))).toBe(false);
    });
  });
});
