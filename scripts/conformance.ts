/**
 * `npm run conformance [DIR]`: every case of the sigstore-conformance suite in a directory, by file and by digest,
 * through the client as a child process; a table; exit status 1 on any deviation.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CLIENT = fileURLToPath(new URL('./conformance-client', import.meta.url));
const DEFAULT_IDENTITY =
  'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main';
const DEFAULT_ISSUER = 'https://token.actions.githubusercontent.com';

/** Where the cases are looked for when none are named. */
export const DEFAULT_CASES: string = join(
  process.env['K8S_VERIFY_SHARED'] ?? fileURLToPath(new URL('../../shared', import.meta.url)),
  'conformance/cases',
);

export interface ConformanceRun {
  readonly name: string;
  readonly by: 'file' | 'digest';
  /** True where the suite wants the bundle accepted. */
  readonly accept: boolean;
  readonly argv: readonly string[];
}

/** The runs of a directory of cases: each case twice. Files in a case override the suite's defaults. */
export function listRuns(directory: string): readonly ConformanceRun[] {
  const cases = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return cases
    .map(({ name }) => name)
    .sort()
    .filter((name) => existsSync(join(directory, name, 'bundle.sigstore.json')))
    .flatMap((name) => {
      const file = (optional: string): string | undefined => {
        const path = join(directory, name, optional);
        return existsSync(path) ? path : undefined;
      };
      const text = (optional: string, otherwise: string): string => {
        const path = file(optional);
        return path === undefined ? otherwise : readFileSync(path, 'utf8').trim();
      };
      const artifact = file('artifact') ?? join(directory, 'a.txt');
      const digest = `sha256:${createHash('sha256').update(readFileSync(artifact)).digest('hex')}`;
      const key = file('key.pub');
      const identity = [
        '--certificate-identity',
        text('identity', DEFAULT_IDENTITY),
        '--certificate-oidc-issuer',
        text('issuer', DEFAULT_ISSUER),
      ];
      const root = file('trusted_root.json');
      const argv = [
        'verify-bundle',
        '--bundle',
        join(directory, name, 'bundle.sigstore.json'),
        ...(key === undefined ? identity : ['--key', key]),
        ...(root === undefined ? [] : ['--trusted-root', root]),
      ];
      const accept = !name.endsWith('fail');
      return [
        { name, by: 'file', accept, argv: [...argv, artifact] } as const,
        { name, by: 'digest', accept, argv: [...argv, digest] } as const,
      ];
    });
}

function runInChild({ argv }: ConformanceRun): Promise<{ exitCode: number; message: string }> {
  return new Promise((resolve) => {
    const child = execFile(CLIENT, [...argv], (_error, _stdout, stderr) => {
      resolve({ exitCode: child.exitCode ?? 1, message: stderr.trim().split('\n').at(-1) ?? '' });
    });
  });
}

async function main(named: string | undefined): Promise<number> {
  const directory = named ?? DEFAULT_CASES;
  if (!existsSync(directory)) {
    if (named !== undefined) {
      console.error(`conformance: there is no directory ${named}`);
      return 2;
    }
    console.log(
      `conformance: skipped, because the cases of sigstore-conformance do not come with this project and are not at ${directory}; name their directory: npm run conformance -- DIR`,
    );
    return 0;
  }
  const runs = listRuns(directory);
  const outcomes: string[] = [];
  let deviations = 0;
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < runs.length; i = next++) {
      const run = runs[i];
      if (run === undefined) return;
      const { exitCode, message } = await runInChild(run);
      // A crash (1) is not a verdict, whatever the suite says of it.
      const right = run.accept ? exitCode === 0 : exitCode > 1;
      if (!right) deviations += 1;
      const verdict = exitCode === 0 ? 'accepted' : `refused ${exitCode}`;
      outcomes[i] =
        `${right ? 'ok   ' : 'WRONG'} ${run.name.padEnd(58)} ${run.by.padEnd(6)} ${verdict.padEnd(10)} ${message}`;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  console.log(outcomes.join('\n'));
  console.log(`conformance: ${runs.length} runs of ${runs.length / 2} cases, ${deviations} deviations`);
  return deviations === 0 && runs.length > 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main(process.argv[2]);
