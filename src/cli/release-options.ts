/** The options of `release`. */
import { EVIDENCE, option, WHERE_TO } from './option-groups.ts';
import type { CliOption } from './option.ts';

export const component = (): CliOption =>
  option(WHERE_TO, '--component <NAME>', 'only this component; may be repeated; default: every one').many();

export const corroborate = (): CliOption =>
  option(
    EVIDENCE,
    '--corroborate <FILE>',
    "say who agrees with digests that others recorded: kOps' asset data, kubespray's checksums.yml, a SHA256SUMS; never a " +
      'proof; may be repeated',
  ).many();

export const deep = (): CliOption =>
  option(WHERE_TO, '--deep', 'also download and hash each file; nothing of it is kept');

export const write = (): CliOption =>
  option(
    WHERE_TO,
    '--write <DIR>',
    'write a SHA256SUMS of what is proved there, and every bundle; made if it is missing',
  );
