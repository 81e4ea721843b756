/** The options that every command has. */
import type { CliOption } from './option.ts';
import { EVERY_COMMAND, option, rare } from './option-groups.ts';

const COLOR_CHOICES: readonly string[] = ['auto', 'always', 'never'];

/** What every command has; their places on the pages are fixed. */
export const commonOptions = (): readonly CliOption[] => [
  option(EVERY_COMMAND, '--json', 'one JSON object; on stdout, on failure too'),
  option(EVERY_COMMAND, '-q, --quiet', 'errors only; stdout has the result as in a pipe').conflicts(
    'verbose',
  ),
  option(
    EVERY_COMMAND,
    '-v, --verbose',
    'every check; the evidence, the trusted root and the causes behind an error too',
  ),
  option(
    EVERY_COMMAND,
    '--offline',
    'open no connection: what is not on this machine is missing, and ends the run with 4',
  ).from('K8S_VERIFY_OFFLINE'),
  rare(EVERY_COMMAND, '--color <WHEN>', 'colour on stderr: auto, always or never').oneOf(COLOR_CHOICES),
  rare(EVERY_COMMAND, '--no-progress', 'no table of downloads on a terminal').from('K8S_VERIFY_NO_PROGRESS'),
  option(EVERY_COMMAND, '--version', 'alone only; the version of k8s-verify'),
];

/** Each command has its own, so that it is that command's page. */
export const helpAll = (): CliOption => rare(EVERY_COMMAND, '--help-all', 'help with every option');
