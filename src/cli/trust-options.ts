/** The options that say by which policy file and by which trusted root something is proved. */
import type { CliOption } from './option.ts';
import { option, rare, SIGNER } from './option-groups.ts';
import * as values from './option-values.ts';

export const trustedRoot = (): CliOption =>
  rare(
    SIGNER,
    '--trusted-root <FILE>',
    'a Sigstore trusted root (JSON) instead of the embedded one of the public-good instance',
  );

export const policy = (): CliOption =>
  option(SIGNER, '--policy <FILE>', 'what is allowed here')
    .reads(values.readPolicy)
    .from('K8S_VERIFY_POLICY');

const tufUrl = (): CliOption =>
  rare(
    SIGNER,
    '--tuf-url <URL>',
    'the TUF repository of another Sigstore, which its trusted root is taken from, together with --tuf-root',
  )
    .reads(values.readUrl)
    .conflicts('trustedRoot');

const tufRoot = (): CliOption =>
  rare(SIGNER, '--tuf-root <FILE>', 'the TUF root (root.json) that this repository begins with').conflicts(
    'trustedRoot',
  );

const requireFresh = (): CliOption =>
  rare(
    SIGNER,
    '--require-fresh-trusted-root',
    'the trusted root must have been the newest within the last day; it is renewed if need be',
  );

const maxAge = (): CliOption =>
  rare(SIGNER, '--max-trusted-root-age <AGE>', 'the same with another age, as in 12h or 30d').reads(
    values.readAge,
  );

/** Another TUF repository. */
export const tuf = (): readonly CliOption[] => [tufUrl(), tufRoot()];

/**
 * What every command that proves something takes: by which policy file, and by which trusted root.
 *
 * @param under the option for the policy file; by default `--help` leaves it to `--help-all`.
 */
export const trust = (under: CliOption = policy().hideHelp()): readonly CliOption[] => [
  under,
  trustedRoot(),
  ...tuf(),
  requireFresh(),
  maxAge(),
];
