/** The options of `release`. */
import { option, WHERE_TO } from './option-groups.ts';
import type { CliOption } from './option.ts';

export const component = (): CliOption =>
  option(WHERE_TO, '--component <NAME>', 'only this component; may be repeated; default: every one').many();
