import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { INPUT_NAMES } from '../../src/action/inputs.ts';
import { refuseLatest } from '../../src/cli/version-words.ts';
import { parseVersionRequest } from '../../src/release/version.ts';
import { blocksOf } from '../docs/blocks.ts';
import { ROOT } from '../package/packed.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Workflow {
  readonly permissions?: unknown;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly permissions?: unknown;
        readonly 'timeout-minutes'?: number;
        readonly steps: readonly Step[];
      }
    >
  >;
}

const DIRECTORY = path.join(ROOT, '.github/workflows');
const files = readdirSync(DIRECTORY).map((name) => path.join('.github/workflows', name));
const workflows = [...files, 'examples/github-workflow.yml'].map((file) => {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  const workflow: Workflow = parse(text);
  return { file, text, workflow, jobs: Object.values(workflow.jobs) };
});
const own = workflows.filter(({ file }) => file.startsWith('.github/'));

describe.each(workflows)('$file', ({ text, workflow, jobs }) => {
  it('gives no permission that a job does not name', () => {
    expect(workflow.permissions).toStrictEqual({});
    for (const job of jobs) expect(job.permissions).toBeDefined();
  });

  it('pins every action to a commit, with its version next to it', () => {
    const uses = [...text.matchAll(/^\s*(?:- )?uses: (?!\.\/)(.*)$/gm)].map(([, what]) => what);
    expect(uses.length).toBeGreaterThan(0);
    for (const what of uses) expect(what).toMatch(/^[\w.-]+(?:\/[\w.-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('leaves no token behind in the checkout', () => {
    const checkouts = jobs.flatMap((job) =>
      job.steps.filter(({ uses }) => uses?.startsWith('actions/checkout@')),
    );
    expect(checkouts.length).toBeGreaterThan(0);
    for (const step of checkouts) expect(step.with).toMatchObject({ 'persist-credentials': false });
  });

  it('puts no expression into a script: values come through the environment', () => {
    for (const { steps } of jobs) for (const { run } of steps) expect(run ?? '').not.toContain('${{');
  });

  it('gives the action only inputs that it has', () => {
    expect(unknownInputs(jobs.flatMap(({ steps }) => steps))).toStrictEqual([]);
  });
});

describe('the scheduled workflows', () => {
  it('ask the command line for no version that it does not know', () => {
    const nightly = own.find(({ file }) => file.endsWith('/nightly.yml'));
    const versions = [...(nightly?.text.matchAll(/^ +version: \[(.+)\]$/gm) ?? [])].flatMap(
      ([, list]) => list?.split(', ') ?? [],
    );
    expect(versions.length).toBeGreaterThan(2);
    for (const version of versions) {
      expect(() => refuseLatest(version, [])).not.toThrow();
      expect(() => parseVersionRequest(version)).not.toThrow();
    }
  });

  it('measure every topic that has a row with a ratio', () => {
    const topics = path.join(ROOT, 'scripts/bench/topics');
    const withRatio = readdirSync(topics).filter((name) =>
      readFileSync(path.join(topics, name), 'utf8').includes('ratioRow('),
    );
    const bench = own.find(({ file }) => file.endsWith('/bench.yml'));
    const asked = / bench -- ([a-z ]+) \|/.exec(bench?.text ?? '')?.[1]?.split(' ');
    expect(asked?.toSorted()).toEqual(withRatio.map((name) => path.basename(name, '.ts')).toSorted());
  });
});

function unknownInputs(steps: readonly Step[]): readonly string[] {
  const given = steps.flatMap(({ uses, with: inputs }) =>
    uses === './' || uses?.includes('/k8s-verify@') === true ? Object.keys(inputs ?? {}) : [],
  );
  return given.filter((name) => !INPUT_NAMES.some((known) => known === name));
}

const actionlint = spawnSync('actionlint', ['-version'], { stdio: 'ignore' }).status === 0;

/** What actionlint has against the files, or against a workflow on its standard input. */
function complaintsOf(names: readonly string[], input = ''): string {
  // It wants the file that action.yml names to be there; that it is current is for "build:action -- --check".
  const options = ['-no-color', '-ignore', 'file "dist/action/index.js" does not exist'];
  return spawnSync('actionlint', [...options, ...names], { cwd: ROOT, encoding: 'utf8', input }).stdout;
}

describe('the steps that README.md and docs/action.md show', () => {
  const all = ['README.md', 'docs/action.md'].flatMap((page) => blocksOf(page, 'yaml'));
  const blocks = all.filter((block) => block.startsWith('- '));
  const whole = all.filter((block) => !block.startsWith('- '));
  const uncommented = blocks.map((block): readonly Step[] =>
    parse(block.replaceAll(/^ {4}# (\S+: \S+).*$/gm, '    $1')),
  );

  it('have inputs that exist, also in their comments', () => {
    const steps = blocks.map((block): readonly Step[] => parse(block));
    expect(steps.map((some) => some.length)).toEqual([1, 1, 1, 1, 2, 1]);
    expect(steps.flatMap(unknownInputs)).toEqual([]);
    expect(Object.keys(uncommented[0]?.[0]?.with ?? {}).length).toBeGreaterThan(2);
    expect(uncommented.flatMap(unknownInputs)).toEqual([]);
  });

  it('begin in docs/action.md with every input but those of another signer and other names of the same', () => {
    const elsewhere = /^(?:rekor-url|trusted-root|tuf-.*|certificate-.*|arch-type|checksum|setup-only)$/;
    const shown = INPUT_NAMES.filter((name) => !elsewhere.test(name));
    expect(Object.keys(uncommented[1]?.[0]?.with ?? {}).toSorted()).toEqual(shown.toSorted());
  });

  it('pin their actions by commit', () => {
    const uses = [...all.join('').matchAll(/^ *- uses: (.*)$/gm)].map(([, what]) => what);
    expect(uses.length).toBeGreaterThan(blocks.length);
    for (const what of uses) expect(what).toMatch(/^[\w.-]+\/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('have a workflow for several systems, whose lockfile is for all of them', () => {
    expect(whole).toHaveLength(1);
    const workflow: {
      readonly jobs: {
        readonly test: {
          readonly strategy: { readonly matrix: { readonly os: readonly string[] } };
          readonly steps: readonly Step[];
        };
      };
    } = parse(whole[0] ?? '');
    const { strategy, steps } = workflow.jobs.test;
    expect(unknownInputs(steps)).toEqual([]);
    const lock =
      blocksOf('docs/action.md', 'sh').find((script) => script.startsWith('k8s-verify lock')) ?? '';
    const platforms = [...lock.matchAll(/--platform (\S+)/g)].map(([, platform]) => platform);
    const known: Readonly<Record<string, string>> = {
      'ubuntu-24.04': 'linux/amd64',
      'ubuntu-24.04-arm': 'linux/arm64',
      'macos-15': 'darwin/arm64',
      'windows-2025': 'windows/amd64',
    };
    expect(platforms).toEqual(strategy.matrix.os.map((os) => known[os]));
  });

  it.skipIf(!actionlint).each(blocks)('satisfy the linter (needs actionlint): %j', (block) => {
    const head = 'on: push\npermissions: {}\njobs:\n  job:\n    runs-on: ubuntu-24.04\n    steps:\n';
    expect(complaintsOf(['-'], `${head}${block.replaceAll(/^/gm, '      ')}`)).toBe('');
  });

  it.skipIf(!actionlint)('satisfy it as a whole workflow, too (needs actionlint)', () => {
    for (const workflow of whole) expect(complaintsOf(['-'], workflow)).toBe('');
  });
});

describe.each(['check.yml', 'release.yml'])('%s', (name) => {
  it('runs just what a change is held against before it lands', () => {
    const workflow = own.find(({ file }) => path.basename(file) === name);
    const commands = workflow?.jobs.flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
    expect(commands).toContain('.ci/run');
  });
});

describe('release.yml', () => {
  it('publishes the file that it signed: npm takes a/b.tgz, without ./, for a repository on GitHub', () => {
    const release = own.find(({ file }) => path.basename(file) === 'release.yml');
    const published = [...(release?.text ?? '').matchAll(/npm publish (\S+)/g)].map(([, what]) => what);
    expect(published).toStrictEqual(['./release/k8s-verify-*.tgz']);
  });
});

describe('all workflows', () => {
  it('pin an action to one commit everywhere', () => {
    const pins = new Map<string, Set<string>>();
    for (const { text } of workflows) {
      for (const [, action = '', pin = ''] of text.matchAll(/uses: ([\w.-]+\/[\w.-]+)[\w./-]*@(.*)$/gm)) {
        pins.set(action, (pins.get(action) ?? new Set()).add(pin));
      }
    }
    expect([...pins].filter(([, commits]) => commits.size > 1)).toStrictEqual([]);
  });

  it('of our own end a job that hangs', () => {
    for (const { jobs } of own) for (const job of jobs) expect(job['timeout-minutes']).toBeGreaterThan(0);
  });

  it('write only to what the release publishes, and findings to the Security tab', () => {
    const writing = own.flatMap(({ file, jobs }) =>
      jobs.flatMap(({ permissions }) =>
        Object.entries(Object(permissions))
          .filter(([, right]) => right === 'write')
          .map(([what]) => `${path.basename(file)}: ${what}`),
      ),
    );
    expect(writing.filter((line) => !line.startsWith('release.yml: ')).toSorted()).toStrictEqual([
      'codeql.yml: security-events',
      'scorecard.yml: security-events',
    ]);
  });

  it.skipIf(!actionlint)('satisfy the linter (needs actionlint)', () => {
    expect(complaintsOf(workflows.map(({ file }) => file))).toBe('');
  });
});
