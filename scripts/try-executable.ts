/**
 * Tries an executable on the system that it is for: its version, a proof without a network, and two refusals. A release
 * signs none that failed here.
 *
 *   node scripts/try-executable.ts [--directory DIR] [--seen-as PATH] COMMAND [ARGUMENT...]
 *
 * DIR gets the files that are verified; PATH is where the command sees it, if it runs in a container.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { SAMPLE_BUNDLES, SAMPLE_SIGNER, SAMPLE_TRUSTED_ROOT } from '../src/flow/sample.ts';
import { ROOT } from './bundle.ts';
import { SAMPLE_CONTENT } from './sample-content.ts';

const own = process.argv.slice(2);
const first = own.findIndex((word, i) => !word.startsWith('--') && !(own[i - 1] ?? '').startsWith('--'));
const [command, ...leading] = own.slice(first);
const { values } = parseArgs({
  args: own.slice(0, first),
  options: { directory: { type: 'string' }, 'seen-as': { type: 'string' } },
});
if (first === -1 || command === undefined) throw new Error('name the executable');
// Windows starts nothing by a path with such slashes that is relative.
const program = command.includes('/') ? path.resolve(command) : command;

const directory = path.resolve(values.directory ?? mkdtempSync(path.join(tmpdir(), 'k8s-verify-try-')));
const seenAs = values['seen-as'] ?? directory;
mkdirSync(directory, { recursive: true });
const files = {
  'root.json': SAMPLE_TRUSTED_ROOT,
  ...Object.fromEntries(SAMPLE_BUNDLES.map((bundle, i) => [`bundle-${i}.json`, bundle])),
  sample: SAMPLE_CONTENT,
  changed: `${SAMPLE_CONTENT}and more`,
};
for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text);
const file = (name: string): string => `${seenAs}/${name}`;

function run(args: readonly string[], expected: number): string {
  const { status, stdout, stderr, error } = spawnSync(program, [...leading, ...args], {
    encoding: 'utf8',
  });
  if (status !== expected) {
    throw new Error(`${args.join(' ')} ended with ${status} and not ${expected}:\n${stdout}${stderr}`, {
      cause: error,
    });
  }
  return stdout;
}

function verify(name: string, bundle: number, identity: string, expected: number): void {
  const signer = ['--certificate-identity', identity, '--certificate-oidc-issuer', SAMPLE_SIGNER.issuer];
  const evidence = [
    '--bundle',
    file(`bundle-${bundle}.json`),
    '--trusted-root',
    file('root.json'),
    '--offline',
  ];
  run(['verify', file(name), ...evidence, ...signer], expected);
}

const { version }: { readonly version: string } = JSON.parse(
  readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
);
const said = run(['--version'], 0).trim();
if (said !== version) throw new Error(`it says that it is version ${said}, and not ${version}`);
for (const [i] of SAMPLE_BUNDLES.entries()) {
  verify('sample', i, SAMPLE_SIGNER.subjectAlternativeName, 0);
  verify('changed', i, SAMPLE_SIGNER.subjectAlternativeName, 12);
  verify('sample', i, 'someone@example.com', 15);
}
console.log(
  `${command}: version ${said}, ${SAMPLE_BUNDLES.length} proofs without a network, and the refusals`,
);
