import { RequestError } from '../errors.ts';
import { MAX_ARTIFACTS_PER_RUN } from '../limits.ts';
import type { InstallRequest } from './request.ts';

/**
 * Refuses what no release could fulfil.
 *
 * @throws RequestError `usage`
 */
export function assertPossible(request: InstallRequest): void {
  const { artifacts, destination } = request;
  if (artifacts.length === 0) throw new RequestError('usage', 'no component is named');
  if (artifacts.length > MAX_ARTIFACTS_PER_RUN) {
    throw new RequestError('usage', 'too many artifacts are named', {
      wanted: `at most ${MAX_ARTIFACTS_PER_RUN}`,
      found: String(artifacts.length),
    });
  }
  if (destination.kind === 'file' && artifacts.length > 1) {
    throw new RequestError('usage', 'one output cannot take several artifacts', {
      wanted: 'one component with an output of its own, or a directory for all of them',
      found: `${artifacts.length} components`,
    });
  }
  assertConsistent(request);
}

function assertConsistent({ extract, fromTarball, force, saveBundle }: InstallRequest): void {
  if (extract !== undefined && fromTarball !== undefined) {
    throw new RequestError('usage', 'to unpack tarballs and to take binaries out of one exclude each other', {
      wanted: 'one of the two',
      found: 'both',
      next: 'name the tarball to unpack it, or to unpack single members of it; or name the binaries and the tarball that they come from',
    });
  }
  if (saveBundle === true && (extract !== undefined || fromTarball !== undefined)) {
    throw new RequestError('usage', 'there would be no file that the saved bundle proves', {
      wanted: 'a tarball that is kept, or no bundle',
      found: 'a tarball that is taken apart, and a bundle, which proves the tarball alone',
      next: 'install the tarball with its bundle, and unpack it after: it can then be verified again at any time',
    });
  }
  if (fromTarball !== undefined && force === true) {
    throw new RequestError('usage', 'where a binary is in a tarball is known only for names of the table', {
      wanted: 'a component of the table, or the path of a member',
      found: 'a name that is tried in spite of the table',
      next: 'unpack that member of the tarball instead, by its path',
    });
  }
}
