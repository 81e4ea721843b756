/** The examples that bump and refresh: a bot's rules against real output, and what its pull request runs. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { at, isList } from '#support/json';
import { example, type ExampleWorld, readExample, startExampleWorld, VERSION } from './example-world.ts';

const NEXT = 'v1.30.3';
let world: ExampleWorld;

beforeAll(async () => {
  world = await startExampleWorld();
});
afterAll(async () => {
  await world.close();
});

const check = ['sh', example('dockerfile/check-stages.sh')] as const;
const refresh = ['sh', example('dockerfile/refresh-stages.sh')] as const;

interface Manager {
  readonly files: readonly string[];
  readonly patterns: readonly string[];
}

/** The regular expressions of the bot, as it has them: JavaScript's, without flags for lines. */
function managers(): readonly Manager[] {
  const preset: unknown = JSON.parse(readExample('lock/renovate.json'));
  const list = at(preset, 'customManagers');
  if (!isList(list)) throw new TypeError('no managers');
  return list.map((one) => ({
    files: textsOf(at(one, 'managerFilePatterns')),
    patterns: textsOf(at(one, 'matchStrings')),
  }));
}

function textsOf(value: unknown): readonly string[] {
  return isList(value) ? value.map(String) : [];
}

/** What the bot would find in a file, and the file with all of it bumped. */
function bumped(name: string, text: string): { readonly found: readonly string[]; readonly text: string } {
  const [manager, ...more] = managers().filter(({ files }) =>
    files.some((pattern) => new RegExp(pattern.slice(1, -1)).test(name)),
  );
  expect(more).toEqual([]);
  let changed = text;
  const found: string[] = [];
  for (const pattern of manager?.patterns ?? []) {
    for (const match of text.matchAll(new RegExp(pattern, 'g'))) {
      const current = match.groups?.['currentValue'] ?? '';
      found.push(current);
      changed = changed.replace(match[0], match[0].replace(current, NEXT));
    }
  }
  return { found, text: changed };
}

/** The Dockerfile whose stages do not stand as they were printed. */
function odd(): string {
  return world.dir.join('Odd');
}

async function runs(command: readonly [string, ...string[]], exitCode: number): Promise<string> {
  const ran = await world.run(command);
  expect({ command, exitCode: ran.exitCode, stderr: ran.stderr }).toMatchObject({ exitCode });
  return ran.stdout;
}

describe.skipIf(process.platform !== 'linux')('the bot of examples/lock (needs Linux)', () => {
  it('finds what a lock asks for, and nothing else in it; the lock is refreshed after that', async () => {
    const path = world.dir.join('k8s-verify.lock.json');
    await runs(['k8s-verify', 'lock', 'kubectl', 'kubelet', VERSION], 0);
    await runs(['k8s-verify', 'lock', '--check'], 0);
    const { found, text } = bumped('k8s-verify.lock.json', readFileSync(path, 'utf8'));
    expect(found).toEqual([VERSION, VERSION]);
    const json: unknown = JSON.parse(text);
    expect(at(json, 'asked')).toEqual({ kubectl: NEXT, kubelet: NEXT });
    expect(at(json, 'artifacts', 0, 'version')).toBe(VERSION);
    writeFileSync(path, text);
    await runs(['k8s-verify', 'lock', '--check'], 22);
    await world.publish(NEXT);
    await runs(['k8s-verify', 'lock'], 0);
    await runs(['k8s-verify', 'lock', '--check'], 0);
    expect(at(JSON.parse(readFileSync(path, 'utf8')), 'artifacts', 0, 'version')).toBe(NEXT);
  });

  it('finds the first line of the stages, which fail where it is bumped alone, and are printed again', async () => {
    const file = world.dir.join('Dockerfile');
    const printed = await runs(['k8s-verify', 'digest', 'kubectl', VERSION, '--format', 'dockerfile'], 0);
    const around = ['# of the image\n', '\nFROM debian:stable-slim\nCOPY --from=kubectl /kubectl /kubectl\n'];
    writeFileSync(file, around.join(printed));
    await runs([...check, file, world.releases.url], 0);
    const { found, text } = bumped('Dockerfile', readFileSync(file, 'utf8'));
    expect(found).toEqual([VERSION]);
    writeFileSync(file, text);
    await runs([...check, file, world.releases.url], 1);
    await world.publish(NEXT);
    await runs([...refresh, file], 0);
    await runs([...check, file, world.releases.url], 0);
    const refreshed = readFileSync(file, 'utf8');
    expect(refreshed).toContain(`/release/${NEXT}/bin/`);
    expect(refreshed).not.toContain(VERSION);
    expect([refreshed.startsWith(around[0] ?? ''), refreshed.endsWith(around[1] ?? '')]).toEqual([
      true,
      true,
    ]);
  });

  it('prints stages that a builder can take: each address has the digest, and the last stage is chosen by platform', async () => {
    const printed = await runs(['k8s-verify', 'digest', 'kubectl', VERSION, '--format', 'dockerfile'], 0);
    const added = [
      ...printed.matchAll(/^ADD --chmod=0755 --checksum=sha256:([0-9a-f]{64}) (\S+) \/kubectl$/gm),
    ];
    expect(added).toHaveLength(1);
    for (const [, sha256, url = ''] of added) {
      const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    }
    const stages = [...printed.matchAll(/^FROM (\S+) AS (\S+)$/gm)].map(([, from, name]) => [from, name]);
    expect(stages).toEqual([
      ['scratch', expect.stringMatching(/^kubectl-[a-z0-9]+$/)],
      ['kubectl-${TARGETARCH}', 'kubectl'],
    ]);
    const shown = readExample('dockerfile/Dockerfile');
    expect(shown).toMatch(/^FROM kubectl-\$\{TARGETARCH\} AS kubectl$/m);
    expect(shown).toContain('COPY --from=kubectl /kubectl /usr/local/bin/kubectl');
  });

  describe('stages that do not stand as they were printed', () => {
    let printed: string;
    beforeAll(async () => {
      printed = await runs(['k8s-verify', 'digest', 'kubectl', VERSION, '--format', 'dockerfile'], 0);
    });
    const REST = '\nFROM debian:stable-slim\nCOPY --from=kubectl /kubectl /kubectl\n';

    const without = (line: RegExp): string => printed.replace(line, '');
    it.each<[string, () => string]>([
      ['a line of them is gone', () => without(/^ADD .*\n/m)],
      ['the stage that chooses is gone', () => without(/^FROM kubectl-\$.*\n/m)],
      ['a word is in lower case', () => printed.replace(/^ADD /m, 'add ')],
      ['a line is continued', () => printed.replace(/^ADD (\S+) /m, 'ADD $1 \\\n  ')],
      [
        'something is added to the last of them',
        () => `${printed}ADD https://evil.example/kubectl /kubectl\n`,
      ],
    ])('fail and are left alone where %s', async (_, text) => {
      writeFileSync(odd(), text() + REST);
      const before = readFileSync(odd(), 'utf8');
      await runs([...check, odd(), world.releases.url], 1);
      await runs([...refresh, odd()], 1);
      expect(readFileSync(odd(), 'utf8')).toBe(before);
    });

    it('fail where they come from another host, and where a later stage has the name of one', async () => {
      writeFileSync(odd(), printed.replaceAll(world.releases.url, 'https://evil.example') + REST);
      const [host, name] = [/, or not of http/, /Kubectl is the name of a stage that was printed/];
      expect((await world.run([...check, odd(), world.releases.url])).stderr).toMatch(host);
      writeFileSync(odd(), `${printed}\nFROM evil as Kubectl\n${REST}`);
      expect(await world.run([...check, odd(), world.releases.url])).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(name),
      });
    });

    it('are printed again without their last comment, and what is below stays', async () => {
      writeFileSync(odd(), without(/^# then, .*\n/m) + REST);
      await runs([...check, odd(), world.releases.url], 0);
      await runs([...refresh, odd()], 0);
      expect(readFileSync(odd(), 'utf8')).toBe(printed + REST);
    });

    it('are printed again for each block by itself, also for two of one component', async () => {
      await world.publish(NEXT);
      const other = await runs(['k8s-verify', 'digest', 'kubectl', NEXT, '--format', 'dockerfile'], 0);
      const both = `${printed}\n${other}${REST}`;
      writeFileSync(odd(), both);
      await runs([...refresh, odd()], 0);
      expect(readFileSync(odd(), 'utf8')).toBe(both);
    });

    it('are left alone where an option makes k8s-verify print something else', async () => {
      writeFileSync(odd(), printed + REST);
      await runs([...refresh, odd(), '--help'], 1);
      expect(readFileSync(odd(), 'utf8')).toBe(printed + REST);
    });
  });

  it('has nothing to check in a file without stages', async () => {
    writeFileSync(world.dir.join('Other'), 'FROM debian:stable-slim\n');
    expect(await runs([...check, world.dir.join('Other')], 1)).toBe('');
  });
});

describe('the files of examples/lock and examples/dockerfile', () => {
  it('have stages of one version, which the bot finds', () => {
    const { found } = bumped('Dockerfile', readExample('dockerfile/Dockerfile'));
    expect(found).toHaveLength(1);
  });

  it.each(['lock/refresh-lock.yml', 'dockerfile/refresh-stages.yml'])(
    '%s is a workflow that may write only in the job that commits',
    (name) => {
      const workflow: unknown = parse(readExample(name));
      expect(at(workflow, 'permissions')).toEqual({});
      expect(at(workflow, 'jobs', 'refresh', 'permissions')).toEqual({ contents: 'write' });
      expect(at(workflow, 'jobs', 'refresh', 'if')).toContain("login == 'renovate[bot]'");
      expect(at(workflow, 'jobs', 'check', 'permissions')).toEqual({ contents: 'read' });
      const steps = ['refresh', 'check'].map((job) => at(workflow, 'jobs', job, 'steps'));
      const used = steps.flatMap((list) => (isList(list) ? list.map((step) => at(step, 'uses')) : []));
      for (const action of used.filter((one) => one !== undefined)) expect(action).toMatch(/@[0-9a-f]{40}$/);
    },
  );
});
