/** What the table of options has for each of them. */
import type { CommandName } from './commands.ts';

export type OptionName =
  | 'install-dir'
  | 'output'
  | 'platform'
  | 'save-bundle'
  | 'check-sums'
  | 'extract'
  | 'from-tarball'
  | 'list'
  | 'force-name'
  | 'bundle'
  | 'signature'
  | 'certificate'
  | 'predicate-type'
  | 'key'
  | 'k8s-verify-release'
  | 'certificate-identity'
  | 'certificate-oidc-issuer'
  | 'trusted-root'
  | 'mirror'
  | 'rekor-url'
  | 'retries'
  | 'retry-delay'
  | 'timeout'
  | 'ca-file'
  | 'json'
  | 'quiet'
  | 'verbose'
  | 'help'
  | 'version';

export type OptionGroup = 'what and where' | 'evidence' | 'trust' | 'network' | 'output';

export interface OptionSpec {
  readonly name: OptionName;
  /** One letter, without its dash. */
  readonly short?: string;
  /** The placeholder of its value; absent for a switch. */
  readonly value?: string;
  /** What a shell can complete the value with; default: nothing. */
  readonly completes?: 'file' | 'directory' | 'platform' | 'tarball';
  readonly repeatable?: true;
  /** Takes any number of values, none included, up to the next option. */
  readonly variadic?: true;
  /** Takes a value where the next word is no option, and means something without one too. */
  readonly optional?: true;
  readonly group: OptionGroup;
  readonly commands: readonly CommandName[];
  /** One or two sentences; no capital at the start, no full stop at the end. */
  readonly help: string;
  /** What is otherwise for one command, or said otherwise. */
  readonly own?: Readonly<
    Partial<Record<CommandName, Pick<OptionSpec, 'help'> & Partial<Pick<OptionSpec, 'value' | 'completes'>>>>
  >;
}
