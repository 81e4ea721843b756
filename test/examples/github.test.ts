/** The workflows of GitHub Actions: one that installs what is locked, and those of the bot, with a repository to push to. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { at } from '#support/json';
import type { ProgramRun } from '#support/run-program';
import { buildAction } from '../action/action-world.ts';
import { type ActionRun, runAction } from '../action/run-action.ts';
import type { TempDir } from '#support/temp-dir';
import { type ExampleWorld, readExample, startExampleWorld, VERSION } from './example-world.ts';

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}
interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}

const NEXT = 'v1.30.3';
let world: ExampleWorld;

function stepsOf(name: string, job: string): readonly Step[] {
  const workflow: Workflow = parse(readExample(name));
  return workflow.jobs[job]?.steps ?? [];
}

function isOurs({ uses }: Step): boolean {
  return uses?.startsWith('OWNER/k8s-verify@') === true;
}

/** A script as the runner starts it on Linux. */
function runScript(
  script: string,
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ProgramRun> {
  return world.run(['bash', '-e', '-c', script], { cwd, env });
}

async function succeeds(command: readonly [string, ...string[]], cwd: string): Promise<string> {
  const { exitCode, stdout, stderr } = await world.run(command, { cwd });
  expect({ command, exitCode, stderr }).toMatchObject({ exitCode: 0 });
  return stdout;
}

describe.skipIf(process.platform !== 'linux')('the workflows of GitHub (needs Linux)', () => {
  beforeAll(async () => {
    world = await startExampleWorld();
  });
  afterAll(() => world.close());

  describe('github-workflow.yml', () => {
    let built: TempDir;
    beforeAll(async () => {
      built = await buildAction();
    });
    afterAll(() => built.remove());

    /** The step of the Action, in a workspace with the lockfile, with the servers of this world. */
    async function runStep(job: string): Promise<ActionRun> {
      const step = stepsOf('github-workflow.yml', 'deploy').find(isOurs);
      const directory = world.dir.join(job);
      const workspace = `${directory}/workspace`;
      mkdirSync(workspace, { recursive: true });
      mkdirSync(world.dir.join('tool-cache'), { recursive: true });
      await succeeds(['cp', world.dir.join('k8s-verify.lock.json'), workspace], world.dir.path);
      const servers = {
        mirror: world.releases.url,
        'rekor-url': world.sigstore.rekorUrl,
        'trusted-root': world.dir.join('root.json'),
      };
      return runAction(
        { toolCache: world.dir.join('tool-cache'), directory, action: built.join('action', 'index.js') },
        { ...servers, ...step?.with },
      );
    }

    it('has what is locked on PATH, keeps the evidence, and takes it from the cache the next time', async () => {
      await succeeds(['k8s-verify', 'lock', 'kubectl', 'kubeadm', VERSION], world.dir.path);
      const first = await runStep('first');
      expect(first).toMatchObject({
        exitCode: 0,
        outputs: { version: `${VERSION}\n${VERSION}`, 'cache-hit': 'false' },
      });
      const steps = stepsOf('github-workflow.yml', 'deploy');
      const PATH = [...first.path, process.env['PATH'] ?? ''].join(':');
      const scripts = steps.flatMap(({ run, env = {} }) => (run === undefined ? [] : [{ run, env }]));
      expect(scripts).toHaveLength(2);
      for (const { run, env } of scripts) {
        const values = Object.fromEntries(
          Object.entries(env).map(([name, text]) => [
            name,
            text.replace(
              /^\$\{\{ steps\.kubernetes\.outputs\.([\w-]+) \}\}$/,
              (_, output) => first.outputs[output] ?? '',
            ),
          ]),
        );
        expect(await runScript(run, world.dir.join('first/workspace'), { ...values, PATH })).toMatchObject({
          exitCode: 0,
        });
      }
      const evidence: unknown = JSON.parse(
        readFileSync(world.dir.join('first/workspace/kubernetes-evidence.json'), 'utf8'),
      );
      expect([0, 1].map((one) => at(evidence, 'artifacts', one, 'component'))).toEqual([
        'kubeadm',
        'kubectl',
      ]);
      const cached = steps.find(({ uses }) => uses?.startsWith('actions/cache@'))?.with?.['path'] ?? '';
      expect(cached.match(/kube\w+/g)).toEqual(['kubectl', 'kubeadm']);
      expect((await runStep('second')).outputs['cache-hit']).toBe('true');
    });
  });

  describe.each([
    {
      name: 'lock/refresh-lock.yml',
      prepare: async (repository: string): Promise<void> => {
        await succeeds(['k8s-verify', 'lock', 'kubectl', 'kubelet', VERSION], repository);
      },
      file: 'k8s-verify.lock.json',
      stale: 22,
    },
    {
      name: 'dockerfile/refresh-stages.yml',
      prepare: async (repository: string): Promise<void> => {
        const stages = await succeeds(
          ['k8s-verify', 'digest', 'kubectl', VERSION, '--format', 'dockerfile'],
          repository,
        );
        writeFileSync(
          `${repository}/Dockerfile`,
          `${stages}\nFROM scratch\nCOPY --from=kubectl /kubectl /\n`,
        );
        for (const script of ['refresh-stages.sh', 'check-stages.sh']) {
          writeFileSync(`${repository}/${script}`, readExample(`dockerfile/${script}`), { mode: 0o755 });
        }
      },
      file: 'Dockerfile',
      stale: 1,
    },
  ])('$name', ({ name, prepare, file, stale }) => {
    // The files of these stages come from the server of this world.
    const scripts = (job: string): readonly string[] =>
      stepsOf(name, job).flatMap(({ run }) =>
        run === undefined
          ? []
          : [run.replace('check-stages.sh Dockerfile', `check-stages.sh Dockerfile ${world.releases.url}`)],
      );

    it('gets the command from the Action, without a package manager', () => {
      expect(stepsOf(name, 'refresh').filter(isOurs)).toMatchObject([{ with: { 'setup-only': true } }]);
      expect(readExample(name)).not.toContain('npm install');
    });

    it('proves the version that the bot has bumped, pushes that, and passes then; a second time nothing is pushed', async () => {
      const origin = world.dir.join(`${file}.git`);
      const repository = world.dir.join(`${file}-clone`);
      await succeeds(['git', 'init', '--quiet', '--bare', '--initial-branch=bump', origin], world.dir.path);
      await succeeds(['git', 'clone', '--quiet', origin, repository], world.dir.path);
      const commit = async (): Promise<void> => {
        await succeeds(['git', 'add', '.'], repository);
        const who = ['-c', 'user.name=bot', '-c', 'user.email=bot@example.com'] as const;
        await succeeds(['git', ...who, 'commit', '--quiet', '-m', 'bump'], repository);
        await succeeds(['git', 'push', '--quiet', 'origin', 'HEAD:bump'], repository);
      };
      await succeeds(['git', 'checkout', '--quiet', '-B', 'bump'], repository);
      await prepare(repository);
      await commit();
      await succeeds(['git', 'branch', '--quiet', '--set-upstream-to=origin/bump'], repository);
      await world.publish(NEXT);
      // As the bot does it (lock.test.ts has its patterns): the version that is asked for, and nothing else.
      const text = readFileSync(`${repository}/${file}`, 'utf8');
      const asked = file === 'Dockerfile' ? /^(# kubectl )v[\d.]+/m : /("(?:kubectl|kubelet)": ")v[\d.]+/g;
      writeFileSync(`${repository}/${file}`, text.replace(asked, `$1${NEXT}`));
      await commit();
      for (const script of scripts('check'))
        expect((await runScript(script, repository)).exitCode).toBe(stale);
      for (const _ of ['first', 'second']) {
        for (const script of scripts('refresh')) {
          expect(await runScript(script, repository)).toMatchObject({ exitCode: 0 });
        }
      }
      for (const script of scripts('check'))
        expect(await runScript(script, repository)).toMatchObject({ exitCode: 0 });
      const log = await succeeds(['git', 'log', '--format=%an %s', 'bump'], origin);
      expect(log.split('\n').slice(0, 2)).toEqual([
        expect.stringMatching(/^k8s-verify (?:lock|stages): refreshed$/),
        'bot bump',
      ]);
      expect(await succeeds(['git', 'show', `bump:${file}`], origin)).toContain(NEXT);
    });
  });
});
