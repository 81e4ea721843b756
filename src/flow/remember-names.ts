import type { Client } from '../client.ts';
import { UntrustedError } from '../errors.ts';
import { type EarlierDigest, forgetName, type ProvenName, recallName } from '../names/name-memory.ts';
import { type Note, note } from '../notes.ts';
import { COMPONENTS } from '../release/component.ts';
import { formatPlatform } from '../release/platform.ts';
import { formatReleaseVersion } from '../release/version.ts';
import { type WrittenName, writeName } from '../release/written-name.ts';
import { isNameSigned, memberOf, type Output, type PreparedArtifact } from './prepared-artifact.ts';

/**
 * Compares each name with the digest that was proved for it before on this machine, and remembers those that something
 * signed binds. If another digest was bound to a name before, a file that nothing binds to it is refused too. So a server
 * gains nothing by withholding the manifest.
 *
 * @param forget names of this run whose earlier digest no longer counts.
 * @returns notes about the whole run.
 * @throws UntrustedError `name-digest-changed`
 */
export async function rememberNames(
  prepared: readonly PreparedArtifact[],
  { data }: Client,
  forget: readonly WrittenName[] = [],
): Promise<readonly Note[]> {
  const names = prepared.flatMap((one) =>
    one.outputs.flatMap((output) => {
      const name = provenName(one, output);
      return name === undefined ? [] : [{ name, from: one.source, isBound: isNameSigned(output) }];
    }),
  );
  const proven = names.map(({ name }) => name);
  const notes: Note[] = [];
  for (const written of forget) notes.push(await forgetWritten(data, written, proven));
  for (const { name, from, isBound: bound } of names) {
    const recalled = await recallName(data, name, bound);
    notes.push(...recalled.notes);
    if (recalled.kind === 'other') throw digestChanged(name, recalled.earlier, from);
  }
  return notes;
}

/** Undefined if the file has no name, or the proven digest is not its own. */
function provenName({ artifact, proof }: PreparedArtifact, output: Output): ProvenName | undefined {
  const { signer, authority, signedAt, claim } = proof.proven;
  const { name, sha256 } = output;
  // A file out of a tarball has a digest of its own, and the proven one is the tarball's.
  const isMember = memberOf(output) !== undefined;
  if (isMember || claim.kind !== 'genuine' || (artifact === undefined && !isNameSigned(output)))
    return undefined;
  const coordinates = artifact ?? name?.claimed;
  if (coordinates?.version === undefined) return undefined;
  const { component, version, platform } = coordinates;
  const known = COMPONENTS.find((one) => one.name === component);
  // A file that says no platform has a name that the files of other platforms have too.
  if (
    artifact === undefined &&
    (known === undefined || (platform === undefined && known.platforms !== 'none'))
  )
    return undefined;
  return {
    kind: artifact?.kind ?? known?.kind ?? 'binary',
    component,
    version: formatReleaseVersion(version),
    platform: platform === undefined ? undefined : formatPlatform(platform),
    signer,
    authority,
    sha256,
    signedAt,
  };
}

async function forgetWritten(
  data: Client['data'],
  written: WrittenName,
  names: readonly ProvenName[],
): Promise<Note> {
  const meant = names.filter(
    ({ component, version, platform }) =>
      component === written.component &&
      version === written.version &&
      (written.platform === undefined || platform === written.platform),
  );
  const text = writeName(written);
  if (meant.length === 0)
    return note('name-not-forgotten', `nothing of this run is bound to the name ${text}`);
  let forgotten = false;
  for (const name of meant) forgotten = (await forgetName(data, name)) || forgotten;
  return forgotten
    ? note('name-forgotten', `the digest that was remembered for ${text} is forgotten`)
    : note('name-not-forgotten', `nothing was remembered for ${text}`);
}

function digestChanged(name: ProvenName, earlier: EarlierDigest, from: string | undefined): UntrustedError {
  const { component, version, platform } = name;
  const label = [component, version, ...(platform === undefined ? [] : [platform])].join(' ');
  const forgetting = `--forget-name ${writeName(name)}`;
  return new UntrustedError('name-digest-changed', `another file was proved to be ${label} before`, {
    wanted: signed(earlier.sha256, earlier.signedAt),
    found: `${signed(name.sha256, name.signedAt?.toISOString())}, genuine too`,
    ...(from === undefined ? {} : { from }),
    why: `a released name has one file for ever, and ${earlier.path} remembers the other one`,
    next:
      earlier.place === 'own'
        ? `find out why there are two, or what wrote that file, if others can write there; once you know that this one is right, forget the other one with ${forgetting}`
        : `find out why there are two; only root can forget the other one, with ${forgetting}`,
    subject: { sha256: name.sha256, component, version, ...(platform === undefined ? {} : { platform }) },
  });
}

function signed(sha256: string, at: string | undefined): string {
  return `sha256:${sha256}${at === undefined ? '' : `, signed ${at}`}`;
}
