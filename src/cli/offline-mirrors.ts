/** Mirrors of an offline run. A server that the line names contradicts `--offline`; one that a variable names is left out. */
import { RequestError } from '../errors.ts';
import { note, type Note } from '../notes.ts';
import { shownUrl } from '../text/shown-url.ts';
import type { StrictCommand } from './strict-command.ts';

/**
 * Takes the servers out of the mirrors that a variable names.
 *
 * @returns a note for each of them.
 * @throws RequestError `usage` for a server that the line itself names.
 */
export function leaveOutServers(command: StrictCommand): readonly Note[] {
  const { offline, mirror = [] } = command.optsWithGlobals<{
    readonly offline?: true;
    readonly mirror?: readonly string[];
  }>();
  const servers = mirror.filter(isServer);
  const [first] = servers;
  if (offline !== true || first === undefined) return [];
  if (command.getOptionValueSource('mirror') === 'cli') throw contradiction(first);
  const rest = mirror.filter((one) => !isServer(one));
  command.setOptionValueWithSource('mirror', rest.length === 0 ? undefined : rest, 'env');
  return servers.map((url) =>
    note('mirror-not-asked', `${shownUrl(url)} (K8S_VERIFY_MIRROR) is not asked: this run is offline`),
  );
}

function isServer(mirror: string): boolean {
  return /^https?:/i.test(mirror);
}

function contradiction(url: string): RequestError {
  return new RequestError('usage', 'a server cannot be asked offline', {
    wanted: '--mirror without --offline, or --offline without that server',
    found: `--offline, and --mirror ${shownUrl(url)}`,
    next: 'leave out one of the two',
  });
}
