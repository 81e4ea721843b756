/** The `install` command. */
import { dirname } from 'node:path';
import { defaultInstallDirectory, type HostDirectories, isOnPath } from '../plan/destination.ts';
import { installRelease } from '../install.ts';
import type { InstallRequest } from '../plan/request.ts';
import type { RunResult } from '../result.ts';
import type { CommandLine } from './command-line.ts';
import type { Answer, Console } from './console.ts';
import { hostDirectories } from './host-directories.ts';
import { withClient } from './with-client.ts';
import { readInstallArguments } from './install-arguments.ts';
import { provedAnswer } from './proved-answer.ts';
import { assertFitsLine } from './result-path.ts';
import { readTransport } from './shared-arguments.ts';

/** Installs what the command line asks for, and notes where a shell would not find it. */
export async function install(line: CommandLine, output: Console): Promise<Answer> {
  const { destination, ...asked } = readInstallArguments(line);
  const transport = readTransport(line);
  const host = hostDirectories();
  const request: InstallRequest = {
    ...asked,
    destination:
      destination.kind === 'default'
        ? { kind: 'directory', path: defaultInstallDirectory(host).path }
        : destination,
  };
  assertFitsLine(line, request.destination.path);
  const result = await withClient(transport, output, (client, signal) =>
    installRelease({ ...request, signal }, client),
  );
  // Whoever named a place knows where it is; the default one may be news.
  return provedAnswer(result, destination.kind === 'default' ? pathNotes(result, host) : []);
}

/** Directories in which a shell would not find what was installed. */
export function pathNotes(
  { artifacts }: RunResult,
  host: Pick<HostDirectories, 'platform' | 'env'>,
): readonly string[] {
  const directories = new Set(artifacts.flatMap(({ path }) => (path === undefined ? [] : [dirname(path)])));
  return [...directories]
    .filter((directory) => !isOnPath(directory, host))
    .map((directory) => `${directory} is not on PATH; add it, or call the program by its whole path`);
}
