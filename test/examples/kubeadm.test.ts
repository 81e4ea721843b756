/** A node of kubeadm: its first three binaries, and an upgrade in two steps with the way back. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fault } from '#support/http/faults';
import type { ProgramRun } from '#support/run-program';
import { snapshot } from '#support/temp-dir';
import {
  COMPONENTS,
  example,
  type ExampleWorld,
  installedIn,
  startExampleWorld,
  VERSION,
} from './example-world.ts';

const NEXT = 'v1.30.3';
const AFTER = 'v1.30.4';
const DRAINED = 'node-7 stays drained until you run: kubectl uncordon node-7';
let world: ExampleWorld;

/** Bundles differ with the log's checkpoint of the day, binaries never. */
async function binariesIn(name: string): Promise<readonly (string | undefined)[]> {
  const files = await snapshot(world.dir.join(name));
  return COMPONENTS.map((component) => files[component]);
}

function bootstrapNode(name: string, ...args: readonly string[]): Promise<ProgramRun> {
  return world.run([example('kubeadm-node.sh'), ...args], { env: { INSTALL_DIR: world.dir.join(name) } });
}

// They are for Linux machines, and use what these have.
describe.skipIf(process.platform !== 'linux')('a node of kubeadm (needs Linux)', () => {
  beforeAll(async () => {
    world = await startExampleWorld();
    for (const version of [NEXT, AFTER]) await world.publish(version);
  });
  afterAll(() => world.close());

  describe('kubeadm-node.sh', () => {
    it('puts the three on a node, with their bundles, and says what is next', async () => {
      const { exitCode, stderr } = await bootstrapNode('node', VERSION);
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      expect(installedIn(world.dir.join('node'))).toStrictEqual([...COMPONENTS]);
      expect(readdirSync(world.dir.join('node'))).toContain('kubelet.sigstore.json');
      expect(stderr).toContain('next: kubeadm init');
    });

    it('run again, changes nothing and says so', async () => {
      const before = await binariesIn('node');
      const { exitCode, stderr } = await bootstrapNode('node', VERSION);
      expect(exitCode).toBe(0);
      expect(stderr).toContain(`the kubelet was already that of ${VERSION}`);
      expect(await binariesIn('node')).toEqual(before);
    });

    it('leaves a node in use alone, and says what upgrades it', async () => {
      const before = await snapshot(world.dir.join('node'));
      const { exitCode, stderr } = await bootstrapNode('node', NEXT);
      expect(exitCode).toBe(2);
      expect(stderr).toContain('kubeadm-upgrade.sh');
      expect(await snapshot(world.dir.join('node'))).toEqual(before);
    });

    it('installs none of them where one is not proved', async () => {
      world.releases.http.fault('/kubelet', fault.body('#!/bin/sh\necho evil\n'), { times: 1 });
      const { exitCode } = await bootstrapNode('refused', VERSION);
      world.releases.http.clearFaults();
      expect(exitCode).toBe(12);
      expect(await snapshot(world.dir.join('refused'))).toEqual({});
    });

    it.each([['--dry-run'], ['-n'], ['-qn'], ['--help'], ['--install-dir', 'elsewhere']])(
      'says nothing of a next step where an option keeps it from being installed: %j',
      async (...options) => {
        const { exitCode, stderr } = await bootstrapNode('unchanged', VERSION, ...options);
        expect(exitCode).not.toBe(0);
        expect(stderr).not.toContain('next:');
        expect(existsSync(world.dir.join('unchanged'))).toBe(false);
      },
    );

    it.each([[[]], [['stable']], [['1.30']], [['--help']]])('asks for an exact version: %j', async (args) => {
      const { exitCode, stderr } = await bootstrapNode('usage', ...args);
      expect(exitCode).toBe(2);
      expect(stderr).toContain('usage:');
    });
  });

  describe('kubeadm-upgrade.sh', () => {
    let machines = 0;
    let node = '';
    const bin = (): string => `${node}/bin`;
    const log = (): readonly string[] =>
      existsSync(`${node}/log`) ? readFileSync(`${node}/log`, 'utf8').trimEnd().split('\n') : [];

    /** One step on the node of this test. */
    const upgrade = (
      args: readonly string[],
      env: Readonly<Record<string, string>> = {},
    ): Promise<ProgramRun> =>
      world.run([example('kubeadm-upgrade.sh'), ...args], {
        env: {
          INSTALL_DIR: bin(),
          KEEP_DIR: `${node}/keep`,
          NODE: 'node-7',
          PAUSE: '0',
          EXAMPLE_LOG: `${node}/log`,
          EXAMPLE_NODE: node,
          EXAMPLE_API: AFTER,
          KUBELET_KUBECONFIG: `${node}/kubelet.conf`,
          PATH: [`${node}/path`, world.dir.join('path'), process.env['PATH'] ?? ''].join(':'),
          ...env,
        },
      });

    /** What the node says of itself, now: the versions of the three. */
    const versions = (): readonly string[] =>
      COMPONENTS.map(
        (component) =>
          new RegExp(`^echo ${component} (v.*)$`, 'm').exec(
            readFileSync(`${bin()}/${component}`, 'utf8'),
          )?.[1] ?? '',
      );

    beforeEach(async () => {
      machines += 1;
      node = world.dir.join(`machine-${machines}`);
      mkdirSync(`${node}/path`, { recursive: true });
      // It starts what is installed, as systemd does, and stays up unless that fails.
      const systemctl = [
        '#!/bin/sh',
        'echo "systemctl $*" >>"$EXAMPLE_LOG"',
        'if [ "$1" = restart ]; then "$EXAMPLE_NODE/bin/kubelet"; echo $? >"$EXAMPLE_NODE/state"; exit 0; fi',
        'if [ "$1" = is-active ]; then exit "$(cat "$EXAMPLE_NODE/state")"; fi',
        '',
      ];
      writeFileSync(`${node}/path/systemctl`, systemctl.join('\n'), { mode: 0o755 });
      await world.run(['k8s-verify', ...COMPONENTS, VERSION, '--install-dir', bin(), '--save-bundle']);
    });

    it('upgrades kubeadm, then the cluster, and only in a second step the kubelet, between drain and uncordon', async () => {
      expect(await upgrade(['kubeadm', NEXT], { UPGRADE: 'apply' })).toMatchObject({ exitCode: 0 });
      expect(versions()).toEqual([NEXT, VERSION, VERSION]);
      expect(log()).toEqual([`kubeadm ${NEXT} upgrade apply --yes ${NEXT}`]);
      expect(await upgrade(['kubelet', NEXT])).toMatchObject({ exitCode: 0 });
      expect(versions()).toEqual([NEXT, NEXT, NEXT]);
      expect(log()[1]).toBe(`kubectl ${NEXT} --kubeconfig ${node}/kubelet.conf get --raw /version`);
      const lines = log().slice(2);
      expect(lines[0]).toBe(`kubectl ${VERSION} drain node-7 --ignore-daemonsets --delete-emptydir-data`);
      expect(lines.slice(1, 4)).toEqual([
        'systemctl daemon-reload',
        'systemctl restart kubelet',
        `kubelet ${NEXT} `,
      ]);
      expect(lines.at(-1)).toBe(`kubectl ${NEXT} uncordon node-7`);
      // The bundle next to a file is that of the file.
      const proved = await world.run(['k8s-verify', 'verify', `${bin()}/kubelet`, '--offline'], {
        env: { HOME: `${node}/fresh` },
      });
      expect(proved).toMatchObject({ exitCode: 0 });
    });

    it('can be run again at any step, and keeps the way back', async () => {
      for (const step of ['fetch', 'kubeadm', 'kubeadm', 'kubelet', 'kubelet']) {
        expect(await upgrade([step, NEXT])).toMatchObject({ exitCode: 0 });
      }
      expect(versions()).toEqual([NEXT, NEXT, NEXT]);
      expect(await upgrade(['rollback', NEXT])).toMatchObject({ exitCode: 0 });
      expect(versions()).toEqual([NEXT, VERSION, VERSION]);
      expect(log().at(-1)).toBe(`kubectl ${VERSION} uncordon node-7`);
    });

    it('fetches first, and the node stays as it is', async () => {
      const before = await snapshot(bin());
      expect(await upgrade(['fetch', NEXT])).toMatchObject({ exitCode: 0 });
      expect(await snapshot(bin())).toEqual(before);
      expect(log()).toEqual([]);
      expect(statSync(`${node}/keep`).mode & 0o777).toBe(0o700);
      // What waits needs no download in the steps.
      const requests = world.releases.http.requestsFor('/kubelet').length;
      for (const step of ['kubeadm', 'kubelet']) {
        expect(await upgrade([step, NEXT])).toMatchObject({ exitCode: 0 });
      }
      expect(world.releases.http.requestsFor('/kubelet')).toHaveLength(requests);
    });

    it('changes nothing where one is refused: not even the one of the step', async () => {
      const before = await snapshot(bin());
      world.releases.http.fault(`/kubelet`, fault.body('#!/bin/sh\necho evil\n'), {
        times: 1,
      });
      const { exitCode } = await upgrade(['kubeadm', NEXT]);
      world.releases.http.clearFaults();
      expect(exitCode).toBe(12);
      expect(await snapshot(bin())).toEqual(before);
      expect(log()).toEqual([]);
    });

    it('puts the old kubeadm back where the upgrade of the cluster fails', async () => {
      const { exitCode, stderr } = await upgrade(['kubeadm', NEXT], { EXAMPLE_FAILS: `kubeadm-${NEXT}` });
      expect(exitCode).toBe(1);
      expect(stderr).toContain('the old kubeadm is put back');
      expect(versions()).toEqual([VERSION, VERSION, VERSION]);
      expect(log()).toEqual([`kubeadm ${NEXT} upgrade node`]);
    });

    it('rolls back by itself where the new kubelet does not stay up', async () => {
      await upgrade(['kubeadm', NEXT]);
      const { exitCode, stderr } = await upgrade(['kubelet', NEXT], { EXAMPLE_FAILS: `kubelet-${NEXT}` });
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`the kubelet of ${NEXT} does not stay up`);
      expect(stderr).not.toContain('stays drained');
      expect(versions()).toEqual([NEXT, VERSION, VERSION]);
      expect(log().slice(-1)).toEqual([`kubectl ${VERSION} uncordon node-7`]);
      expect(log()).toContain(`kubelet ${VERSION} `);
    });

    it('replaces nothing on a node that cannot be drained', async () => {
      await upgrade(['kubeadm', NEXT]);
      const before = await snapshot(bin());
      const { exitCode, stderr } = await upgrade(['kubelet', NEXT], {
        EXAMPLE_FAILS: `kubectl-${VERSION}-drain`,
      });
      expect(exitCode).toBe(1);
      expect(stderr).toContain('could not be drained; nothing was replaced');
      expect(stderr).not.toContain(DRAINED);
      expect(await snapshot(bin())).toEqual(before);
      expect(log().at(-1)).toBe(`kubectl ${VERSION} uncordon node-7`);
    });

    it.each([
      ['--dry-run'],
      ['-n'],
      ['-qn'],
      ['--help'],
      ['--version'],
      ['--list'],
      ['--install-dir', 'elsewhere'],
    ])('places nothing that this run has not proved, whatever waits there: %j', async (...options) => {
      await upgrade(['kubeadm', NEXT]);
      const [before, said] = [await snapshot(bin()), log()];
      for (const component of COMPONENTS)
        writeFileSync(`${node}/keep/${NEXT}/${component}`, '#!/bin/sh\necho evil\n');
      for (const step of ['kubelet', 'kubeadm'])
        expect((await upgrade([step, NEXT, ...options])).exitCode).not.toBe(0);
      expect([await snapshot(bin()), log()]).toEqual([before, said]);
    });

    it('removes what was not there before where the new kubelet does not stay up', async () => {
      await upgrade(['kubeadm', NEXT]);
      for (const file of ['kubectl', 'kubectl.sigstore.json']) rmSync(`${bin()}/${file}`);
      const before = await snapshot(bin());
      const fails = { EXAMPLE_FAILS: `kubelet-${NEXT}` };
      const { exitCode, stderr } = await upgrade(['kubelet', NEXT], fails);
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 1 });
      expect(stderr).toContain(`the kubelet is the one of before ${NEXT} again`);
      expect(await snapshot(bin())).toEqual(before);
      expect(log().at(-1)).toBe(`kubectl ${NEXT} uncordon node-7`);
    });

    it.each(['a link', 'a directory'])(
      'replaces nothing where %s is in the place of a file',
      async (what) => {
        await upgrade(['kubeadm', NEXT]);
        rmSync(`${bin()}/kubectl`);
        if (what === 'a link') symlinkSync('/usr/bin/true', `${bin()}/kubectl`);
        else mkdirSync(`${bin()}/kubectl`);
        const before = await snapshot(bin());
        const { exitCode, stderr } = await upgrade(['kubelet', NEXT]);
        expect(exitCode).toBe(1);
        expect(stderr).toContain('kubectl is not a regular file; nothing was replaced');
        expect(await snapshot(bin())).toEqual(before);
        expect(log().some((line) => line.includes('drain'))).toBe(false);
      },
    );

    it('leaves drain and uncordon to another machine where it is told no name', async () => {
      await upgrade(['kubeadm', NEXT]);
      expect(await upgrade(['kubelet', NEXT], { NODE: '' })).toMatchObject({ exitCode: 0 });
      expect(log().filter((line) => /drain|uncordon/.test(line))).toEqual([]);
    });

    it('does not replace the kubelet before "kubeadm upgrade" went well on this node', async () => {
      const first = `the kubeadm step comes first: kubeadm-upgrade.sh kubeadm ${NEXT}`;
      const before = await snapshot(bin());
      const refused = await upgrade(['kubelet', NEXT]);
      expect(refused.exitCode).toBe(1);
      expect(refused.stderr).toContain(`${first}; nothing was replaced`);
      await upgrade(['kubeadm', NEXT], { EXAMPLE_FAILS: `kubeadm-${NEXT}` });
      expect((await upgrade(['kubelet', NEXT])).stderr).toContain(first);
      // A kubeadm that another hand put there says nothing about the cluster.
      await world.run(['k8s-verify', 'kubeadm', NEXT, '--install-dir', bin()]);
      expect((await upgrade(['kubelet', NEXT])).stderr).toContain(first);
      expect((await snapshot(bin()))['kubelet']).toBe(before['kubelet']);
      expect(log()).toEqual([`kubeadm ${NEXT} upgrade node`]);
    });

    it.each([
      ['v1.29.9', 1, 'the API server is v1.29.9, and a kubelet must not be newer'],
      ['', 1, 'the API server did not say its version'],
      ['v1.next', 1, 'the API server did not say its version'],
      // Only minor versions count.
      [VERSION, 0, `the kubelet is that of ${NEXT}`],
      ['v1.31.0+vendor', 0, `the kubelet is that of ${NEXT}`],
    ])('where the API server is "%s", the kubelet step ends with %i', async (api, code, message) => {
      await upgrade(['kubeadm', NEXT]);
      const { exitCode, stderr } = await upgrade(['kubelet', NEXT], { EXAMPLE_API: api });
      expect({ exitCode, stderr }).toMatchObject({ exitCode: code });
      expect(stderr).toContain(message);
      expect(versions()).toEqual(code === 0 ? [NEXT, NEXT, NEXT] : [NEXT, VERSION, VERSION]);
      expect(log().some((line) => line.includes('drain'))).toBe(code === 0);
    });

    describe('says that a node stays drained, and how that ends', () => {
      beforeEach(() => upgrade(['kubeadm', NEXT]));

      it.each([
        ['the old kubelet does not stay up either', `kubelet-${NEXT} kubelet-${VERSION}`],
        ['it cannot be uncordoned', `kubectl-${NEXT}-uncordon`],
        ['it cannot be uncordoned where it could not be drained', `kubectl-${VERSION}`],
      ])('where %s', async (_, fails) => {
        const { exitCode, stderr } = await upgrade(['kubelet', NEXT], { EXAMPLE_FAILS: fails });
        expect(exitCode).toBe(1);
        expect(stderr.trimEnd().split('\n').at(-1)).toBe(`kubeadm-upgrade.sh: ${DRAINED}`);
      });

      it('where a file cannot be put in its place', async () => {
        // No file replaces a directory.
        mkdirSync(`${bin()}/.kubectl.new/kubectl`, { recursive: true });
        const { exitCode, stderr } = await upgrade(['kubelet', NEXT]);
        expect(exitCode).toBe(1);
        expect(stderr.trimEnd().split('\n').at(-1)).toBe(`kubeadm-upgrade.sh: ${DRAINED}`);
      });

      it('where a rollback that was asked for does not help', async () => {
        await upgrade(['kubelet', NEXT]);
        const { exitCode, stderr } = await upgrade(['rollback', NEXT], {
          EXAMPLE_FAILS: `kubelet-${VERSION}`,
        });
        expect(exitCode).toBe(1);
        expect(stderr).toContain('does not stay up either');
        expect(stderr).toContain(
          'where node-7 is drained, it stays so until you run: kubectl uncordon node-7',
        );
      });

      it('but not of a node that another machine drains', async () => {
        const { exitCode, stderr } = await upgrade(['kubelet', NEXT], {
          NODE: '',
          EXAMPLE_FAILS: `kubelet-${NEXT} kubelet-${VERSION}`,
        });
        expect(exitCode).toBe(1);
        expect(stderr).not.toContain('drained');
      });
    });

    it('goes back only to what was there before that version, and only if it is what was kept', async () => {
      for (const step of ['kubeadm', 'kubelet']) await upgrade([step, NEXT]);
      expect(await upgrade(['kubeadm', AFTER])).toMatchObject({ exitCode: 0 });
      // The kubelet of before this upgrade was not kept yet, and that of an older one does not count.
      const early = await upgrade(['rollback', AFTER]);
      expect(early.exitCode).toBe(1);
      expect(early.stderr).toContain(`no kubelet of before ${AFTER} is kept`);
      expect(versions()).toEqual([AFTER, NEXT, NEXT]);
      appendFileSync(`${node}/keep/before-${NEXT}/kubelet`, 'evil');
      const before = await snapshot(bin());
      expect((await upgrade(['rollback', NEXT])).exitCode).toBe(1);
      expect(await snapshot(bin())).toEqual(before);
    });

    it('rolls back without a network and without k8s-verify', async () => {
      await upgrade(['kubeadm', NEXT]);
      expect(await upgrade(['kubelet', NEXT])).toMatchObject({ exitCode: 0 });
      rmSync(`${node}/keep/${NEXT}`, { recursive: true });
      const PATH = `${node}/path:/usr/bin:/bin`;
      expect(await upgrade(['rollback', NEXT], { PATH })).toMatchObject({ exitCode: 0 });
      expect(versions()).toEqual([NEXT, VERSION, VERSION]);
    });

    it.each([[[]], [['upgrade', NEXT]], [['kubelet']], [['kubelet', '1.30']], [['rollback']]])(
      'says how it is used: %j',
      async (args) => {
        const { exitCode, stderr } = await upgrade(args);
        expect(exitCode).toBe(2);
        expect(stderr).toContain('usage:');
      },
    );
  });
});
