import { bytesOf, type OpenBytes } from '../binary/byte-source.ts';
import { readBinary } from '../binary/read-binary.ts';
import { UntrustedError } from '../errors.ts';
import { bindName, type Coordinates, formatName } from '../names/bind-name.ts';
import { type ClaimedName, claimedName } from '../names/claimed-name.ts';

/** What proven bytes are, and whether something signed says so. */
export interface ArtifactName {
  readonly bound: boolean;
  /** What they say themselves, where they say it. */
  readonly claimed: ClaimedName | undefined;
}

/** What the bytes of a proven file say that they are. */
export async function readName(file: OpenBytes): Promise<ClaimedName | undefined> {
  return claimedName(await readBinary(bytesOf(file)));
}

/** The name of a file that you did not ask for by name: bound if the file itself says all of it. */
export function nameItself(claimed: ClaimedName | undefined): ArtifactName {
  return { bound: claimed?.version !== undefined && claimed.platform !== undefined, claimed };
}

/**
 * Holds proven bytes against the name under which they were asked for.
 *
 * @param from where they came from, without a password.
 * @throws UntrustedError `name-mismatch` where they say that they are something else.
 */
export async function assertName(
  wanted: Coordinates,
  file: OpenBytes,
  from: string | undefined,
): Promise<ArtifactName> {
  const claimed = await readName(file);
  const verdict = bindName(wanted, claimed);
  if (verdict.kind !== 'contradicted') return { bound: verdict.kind === 'bound', claimed };
  const name = formatName(wanted);
  throw new UntrustedError('name-mismatch', `${verdict.found} was given under the name of ${name}`, {
    wanted: name,
    found: `${verdict.found}, genuine`,
    ...(from === undefined ? {} : { from }),
    why: 'an old release under a new name brings back bugs that were fixed',
    next: 'take it from its source, or from another mirror',
  });
}
