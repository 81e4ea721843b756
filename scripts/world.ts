/**
 * A world to try things in: a release server and a Sigstore on this machine, which stay until Ctrl-C, or until the npm that started it ends.
 *
 *     npm run world -- [--env FILE] [--directory DIR]
 *
 * `--env FILE` writes MIRROR, REKOR_URL, TRUSTED_ROOT, TUF_URL, TUF_ROOT and OPTIONS as shell assignments; FILE appears once
 * every server answers, and goes away with them. `--directory DIR` keeps keys and files in DIR, so that what was signed yesterday
 * verifies today, and a file that is changed there is served changed.
 */
import { WorldRefused } from './world/refused.ts';
import { openDirectory } from './world/directory.ts';
import { openEnvFile } from './world/env-file.ts';
import { introduction } from './world/introduction.ts';
import { whenNpmEnds } from './world/npm-process.ts';
import { readArguments } from './world/arguments.ts';
import { publishSampleReleases } from '#support/sample-releases';
import { keptKeys } from '#support/kept-keys';
import { createLocalSigstore } from '#support/local-sigstore';
import { startWorld, type World } from '#support/world';

/** The first signal ends it in order; a second one at once, as is usual. */
function untilStopped(): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  whenNpmEnds(process.env, resolve);
  return promise;
}

/** Fails if a server does not answer, before its address is printed. */
async function assertAnswers({ mirror, rekorUrl, tuf }: World): Promise<void> {
  for (const url of [`${mirror}/release/stable.txt`, `${rekorUrl}/api/v1/log`, `${tuf.url}/timestamp.json`]) {
    const { status } = await fetch(url);
    if (status !== 200) throw new Error(`${url} answers ${status}`);
  }
}

async function main(): Promise<void> {
  const stopped = untilStopped();
  const { env, directory: asked } = readArguments(process.argv.slice(2), process.env);
  using envFile = openEnvFile(env);
  using directory = openDirectory(asked);
  const { path } = directory;
  const sigstore = createLocalSigstore(asked === undefined ? {} : { makeKey: keptKeys(`${path}/keys`) });
  await using world = await startWorld({
    directory: path,
    sigstore,
    ...(asked === undefined ? {} : { releases: { directory: `${path}/files` } }),
  });
  await publishSampleReleases(world);
  await assertAnswers(world);
  envFile?.publish(world);
  // Perhaps no one reads it: with `--env`, a program may have started this.
  process.stdout.on('error', () => undefined);
  process.stdout.write(introduction(world, { env, directory: asked }));
  await stopped;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof WorldRefused)) throw error;
  process.stderr.write(`npm run world: ${error.message}\n`);
  process.exitCode = 2;
}
