import { realpathSync } from 'node:fs';
import { RequestError } from '../errors.ts';
import { isWithin } from '../files/file-within.ts';
import { parseBaseUrl } from '../plan/request.ts';
import { DirectorySource, isDirectory } from '../source/directory-source.ts';
import { resolvePath, type Runner } from './runner.ts';

/**
 * A mirror as the input names it: the base URL of a server, or a directory of the workspace, links included. Other places
 * of a runner belong to other jobs.
 *
 * @throws RequestError `usage`
 */
export function mirrorOf(
  runner: Pick<Runner, 'workspace' | 'home' | 'platform'>,
  text: string,
): string | DirectorySource {
  const url = parseBaseUrl(text);
  if (url !== undefined) return url;
  const path = resolvePath(runner, text);
  if (!isDirectory(path)) throw wrongMirror('something else');
  const workspace = realpathSync(runner.workspace);
  const source = new DirectorySource(path);
  if (source.root === workspace || isWithin(workspace, source.root)) return source;
  throw wrongMirror('a directory outside the workspace');
}

/** What is written may hold a password: it is never shown. */
function wrongMirror(found: string): RequestError {
  return new RequestError(
    'usage',
    'the input mirror is not the base URL of a server, and not a directory of the workspace',
    {
      wanted: 'https://host/path without ? and #, or a directory of the workspace that exists',
      found: `${found} (not shown because it may contain a password)`,
      next: 'write for example https://mirror.example.com/kubernetes, or check the mirror out into the workspace',
    },
  );
}
