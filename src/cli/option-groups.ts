/** The groups of options, and how one is declared in its group. */
import { CliOption } from './option.ts';

export const WHERE_TO = 'WHERE TO';
export const TARBALLS = 'TARBALLS';
export const FORM = 'FORM OF THE ANSWER';
export const SIGNER = 'WHO MUST HAVE SIGNED';
export const EVIDENCE = 'EVIDENCE';
export const NETWORK = 'NETWORK';
export const EVERY_COMMAND = 'OPTIONS OF EVERY COMMAND';

/** The groups in which `--help-all`, the manual pages and the documents show them. */
export const OPTION_GROUPS: readonly string[] = [
  WHERE_TO,
  TARBALLS,
  FORM,
  SIGNER,
  EVIDENCE,
  NETWORK,
  EVERY_COMMAND,
];

export function option(group: string, flags: string, description: string): CliOption {
  return new CliOption(flags, description).helpGroup(group);
}

/** Of an option that few need: on the page of `--help-all`, and not on that of `--help`. */
export function rare(group: string, flags: string, description: string): CliOption {
  return option(group, flags, description).hideHelp();
}
