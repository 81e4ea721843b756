/** The tasks of Ansible on this machine: run twice, in check mode, and where something is refused or does not answer. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { fault } from '#support/http/faults';
import { createTlsAuthority } from '#support/http/tls';
import { at, isList } from '#support/json';
import type { ProgramRun } from '#support/run-program';
import { snapshot } from '#support/temp-dir';
import {
  COMPONENTS,
  type ExampleWorld,
  installedIn,
  onPath,
  readExample,
  startExampleWorld,
  VERSION,
} from './example-world.ts';

type Task = Readonly<Record<string, unknown>>;

const NEXT = 'v1.30.3';
const text = readExample('ansible/tasks.yml');
const tasks: readonly Task[] = parse(text);
const ONLY_NEXT = { schemaVersion: 1, allowed: [{ versions: [NEXT] }] };
let world: ExampleWorld;

interface Outcome extends ProgramRun {
  /** What the play says in the end, by the words of Ansible. */
  readonly recap: Readonly<Record<string, string>>;
}

/** A play with the tasks of the example, for this machine and as this user. */
async function play(name: string, version: string, ...options: readonly string[]): Promise<Outcome> {
  return playWith({}, name, version, ...options);
}

async function playWith(
  more: Readonly<Record<string, unknown>>,
  name: string,
  version: string,
  ...options: readonly string[]
): Promise<Outcome> {
  const file = world.dir.join(`${name}.json`);
  const vars = {
    kubernetes_version: version,
    kubernetes_install_dir: world.dir.join(name),
    kubernetes_retry_delay: 0,
    ...more,
  };
  const own = tasks.map((task) =>
    Object.fromEntries(Object.entries(task).filter(([key]) => key !== 'become')),
  );
  const one = { hosts: 'localhost', connection: 'local', gather_facts: false, vars, tasks: own };
  writeFileSync(file, JSON.stringify([one]));
  const ran = await world.run(['ansible-playbook', '-i', 'localhost,', ...options, file], {
    env: { ANSIBLE_NOCOLOR: '1', LC_ALL: 'C.UTF-8' },
  });
  const line = /^localhost +: (.*)$/m.exec(ran.stdout)?.[1] ?? '';
  const recap = Object.fromEntries(
    Array.from(line.matchAll(/(\w+)=(\d+)/g), ([, key, count]) => [key, count]),
  );
  return { ...ran, recap };
}

describe.skipIf(process.platform !== 'linux')('ansible/tasks.yml (needs Linux)', () => {
  beforeAll(async () => {
    world = await startExampleWorld();
    await world.publish(NEXT);
  });
  afterAll(() => world.close());

  it.each([[[]], [['--dry-run']]])(
    'has a command that prints the fields that the tasks read: %j',
    async (more) => {
      const install = at(tasks, 0, 'vars', 'kubernetes_install');
      const words = isList(install) ? install.map(String) : [];
      const [program = '', ...args] = words.map((word) =>
        word
          .replace('{{ kubernetes_version }}', VERSION)
          .replace(/\{\{ kubernetes_install_dir .*\}\}/, world.dir.join('by-hand')),
      );
      expect(args.join(' ')).not.toContain('{{');
      const { exitCode, stdout } = await world.run([program, ...args, ...more]);
      expect(exitCode).toBe(0);
      const { artifacts }: { readonly artifacts: readonly object[] } = JSON.parse(stdout);
      const fields = [...text.matchAll(/item\.([a-zA-Z.0-9]+)/g)];
      expect(fields.length).toBeGreaterThan(3);
      for (const artifact of artifacts) {
        for (const [, field = ''] of fields) expect(artifact).toHaveProperty(field.split('.'));
      }
    },
  );

  describe.skipIf(!onPath('ansible-playbook'))('as a play (needs ansible-playbook)', () => {
    it('changes a host once, and says who signed; the second time nothing is changed', async () => {
      const first = await play('twice', VERSION);
      expect(first).toMatchObject({ exitCode: 0, recap: { ok: '2', changed: '1', failed: '0' } });
      expect(installedIn(world.dir.join('twice'))).toEqual([...COMPONENTS]);
      expect(first.stdout).toContain('signed by krel-staging@');
      const second = await play('twice', VERSION);
      expect(second).toMatchObject({ exitCode: 0, recap: { ok: '2', changed: '0', failed: '0' } });
      expect(await play('twice', NEXT)).toMatchObject({ exitCode: 0, recap: { changed: '1' } });
    });

    it('in check mode says what it would change, and changes nothing', async () => {
      const fresh = await play('checked', VERSION, '--check');
      expect(fresh).toMatchObject({ exitCode: 0, recap: { changed: '1', failed: '0' } });
      expect(existsSync(world.dir.join('checked'))).toBe(false);
      await play('checked', VERSION);
      const before = await snapshot(world.dir.join('checked'));
      expect(await play('checked', VERSION, '--check')).toMatchObject({
        recap: { changed: '0', failed: '0' },
      });
      expect(await play('checked', NEXT, '--check')).toMatchObject({ recap: { changed: '1', failed: '0' } });
      expect(await snapshot(world.dir.join('checked'))).toEqual(before);
    });

    it.each([[[]], [['--check']]])(
      'fails where a release is unsigned, and says nothing of a change: %j',
      async (options) => {
        mkdirSync(world.dir.join('unsigned'), { recursive: true });
        const { exitCode, recap, stdout } = await play('unsigned', 'v1.25.4', ...options);
        expect(exitCode).not.toBe(0);
        expect(recap).toMatchObject({ changed: '0', failed: '1' });
        expect(stdout).toContain('k8s-verify: refused:');
        expect(await snapshot(world.dir.join('unsigned'))).toEqual({});
      },
    );

    it('gives the command what the site needs: a mirror, certificates, a policy', async () => {
      const shown = /^# +(kubernetes_verify_options:\n(?:# +- .*\n)+)/m.exec(text)?.[1] ?? '';
      const example = at(parse(shown.replaceAll(/^# +/gm, '')), 'kubernetes_verify_options');
      const names = isList(example) ? example.map((option) => String(option).split('=')[0]) : [];
      expect(names).toEqual(['--mirror', '--ca-file', '--policy']);
      const { caPem } = createTlsAuthority();
      writeFileSync(world.dir.join('ca.pem'), caPem);
      writeFileSync(world.dir.join('policy.json'), JSON.stringify(ONLY_NEXT));
      const values = [world.releases.url, world.dir.join('ca.pem'), world.dir.join('policy.json')];
      const vars = { kubernetes_verify_options: names.map((option, index) => `${option}=${values[index]}`) };
      for (const options of [['--check'], []]) {
        const forbidden = await playWith(vars, 'site', VERSION, ...options);
        expect(forbidden).toMatchObject({ recap: { changed: '0', failed: '1' } });
        expect(forbidden.stdout).toContain('the policy forbids this request');
        expect(existsSync(world.dir.join('site'))).toBe(false);
        expect(await playWith(vars, 'site', NEXT, ...options)).toMatchObject({
          exitCode: 0,
          recap: { changed: '1', failed: '0' },
        });
      }
      expect(installedIn(world.dir.join('site'), NEXT)).toEqual([...COMPONENTS]);
    });

    it.each(['--dry-run', '--help'])('fails where an option keeps it from installing: %s', async (option) => {
      const none = await playWith({ kubernetes_verify_options: [option] }, 'none', VERSION);
      expect(none).toMatchObject({ recap: { changed: '0', failed: '1' } });
      expect(existsSync(world.dir.join('none'))).toBe(false);
    });

    it('fails at once where a file is refused', async () => {
      await play('refused', VERSION);
      const before = await snapshot(world.dir.join('refused'));
      world.releases.http.fault('/kubelet', fault.body('#!/bin/sh\necho evil\n'), { times: 1 });
      const { recap, stdout } = await play('refused', NEXT);
      world.releases.http.clearFaults();
      expect(recap).toMatchObject({ changed: '0', failed: '1' });
      expect(stdout).not.toContain('RETRYING');
      expect(await snapshot(world.dir.join('refused'))).toEqual(before);
    });

    it('tries again where a server does not answer', async () => {
      const script = readFileSync(world.dir.join('path', 'k8s-verify'), 'utf8');
      const outage = world.dir.join('outage');
      const down = `if [ ! -e '${outage}' ]; then touch '${outage}'; exit 4; fi`;
      writeFileSync(
        world.dir.join('path', 'k8s-verify'),
        script.replace('#!/bin/sh\n', `#!/bin/sh\n${down}\n`),
      );
      const once = await play('again', VERSION);
      writeFileSync(world.dir.join('path', 'k8s-verify'), script);
      expect(once.stdout).toContain('RETRYING');
      expect(once).toMatchObject({ exitCode: 0, recap: { changed: '1', failed: '0' } });
    });
  });
});
