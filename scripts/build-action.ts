/**
 * Builds `dist/action/`, the one part of `dist/` that is committed: GitHub runs an action from the repository as it is.
 *
 *   npm run build:action               writes it
 *   npm run build:action -- --check    fails where the committed one is not what the sources give
 *   npm run build:action -- --out DIR  writes it elsewhere
 */
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Plugin } from 'rolldown';
import { bundle, ROOT } from './bundle.ts';
import { bundledPackages, licenseNotices } from './third-party-licenses.ts';

const COMMITTED = path.join(ROOT, 'dist', 'action');

/**
 * The packages of the runner's toolkit bring an HTTP client (and a second undici) for things that the action does not
 * use: OIDC tokens and downloads. The action's own network is the only one.
 */
const noSecondHttpClient: Plugin = {
  name: 'no-second-http-client',
  resolveId: {
    filter: { id: /^@actions\/http-client(?:\/|$)/ },
    handler: () => '\0no-second-http-client',
  },
  load: {
    filter: { id: /^\0no-second-http-client$/ },
    handler: () =>
      "const unused = () => { throw new Error('the action has no second HTTP client'); };\n" +
      'export { unused as HttpClient, unused as BearerCredentialHandler };',
  },
};

const ENTRY = 'k8s-verify-action';

/** The action, and the command line that it puts on PATH for later steps (`setup-only`), as one file. */
const actionAndCommand: Plugin = {
  name: 'action-and-command',
  resolveId: { filter: { id: /^k8s-verify-action$/ }, handler: () => `\0${ENTRY}` },
  load: {
    filter: { id: /^\0k8s-verify-action$/ },
    handler: () =>
      `export { main } from ${JSON.stringify(path.join(ROOT, 'src/action/main.ts'))};\n` +
      `export { main as commandLine } from ${JSON.stringify(path.join(ROOT, 'src/cli/main.ts'))};\n`,
  },
};

async function build(directory: string): Promise<void> {
  rmSync(directory, { recursive: true, force: true });
  const chunks = await bundle(
    { main: ENTRY },
    { dir: directory, format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
    [actionAndCommand, noSecondHttpClient],
  );
  copyFileSync(path.join(ROOT, 'src/action/index.cjs'), path.join(directory, 'index.js'));
  const packages = bundledPackages(chunks.flatMap((chunk) => chunk.moduleIds));
  const own = readFileSync(path.join(ROOT, 'LICENSE'), 'utf8');
  writeFileSync(path.join(directory, 'LICENSES.txt'), `${own}\n${licenseNotices(packages)}`);
  // The runner looks for the nearest package.json to know what kind of module it runs.
  writeFileSync(path.join(directory, 'package.json'), '{ "type": "commonjs" }\n');
}

/** Names of the files that differ, in either direction. */
function differences(one: string, other: string): readonly string[] {
  const names = new Set([one, other].flatMap((directory) => readdirSync(directory)));
  return [...names].filter((name) => {
    const a = path.join(one, name);
    const b = path.join(other, name);
    return !existsSync(a) || !existsSync(b) || readFileSync(a, 'utf8') !== readFileSync(b, 'utf8');
  });
}

async function check(): Promise<void> {
  const fresh = mkdtempSync(path.join(tmpdir(), 'k8s-verify-action-'));
  try {
    await build(fresh);
    const stale = differences(COMMITTED, fresh);
    if (stale.length === 0) return;
    console.error(
      `dist/action is not what the sources give (${stale.join(', ')}): run "npm run build:action"`,
    );
    process.exitCode = 1;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

const { values } = parseArgs({ options: { check: { type: 'boolean' }, out: { type: 'string' } } });
await (values.check === true ? check() : build(path.resolve(values.out ?? COMMITTED)));
