/**
 * Variables of the environment. They say where files come from and how the network is used; none says who must have
 * signed, which trusted root counts, or that a check is left out.
 */
import { note, type Note } from '../notes.ts';
import { excerpt } from '../text/excerpt.ts';
import { nearest } from '../text/nearest.ts';
import type { StrictCommand } from './strict-command.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'K8S_VERIFY_';

/**
 * Sets the options that the command line does not give.
 *
 * @returns for each variable that counts: `K8S_VERIFY_MIRROR sets --mirror`
 * @throws RequestError `usage` where a variable's value cannot be read
 */
export function applyVariables(command: StrictCommand, env: Environment): readonly string[] {
  const applied: string[] = [];
  for (const owner of [command, command.root]) {
    for (const option of owner.ownOptions) {
      const { variable, outdoneBy } = option;
      const text = variable === undefined ? '' : (env[variable] ?? '').trim();
      const name = option.attributeName();
      const given = owner.getOptionValueSource(name) === 'cli';
      const outdone = outdoneBy !== undefined && owner.getOptionValueSource(outdoneBy) === 'cli';
      if (text === '' || given || outdone) continue;
      const value = option.readVariable(text);
      if (value === undefined) continue;
      owner.setOptionValueWithSource(name, value, 'env');
      applied.push(`${variable} sets ${option.long}`);
    }
  }
  return applied;
}

/** Every variable that some command reads, with its option. */
export function variablesOf(program: StrictCommand): ReadonlyMap<string, string> {
  const options = [...program.strictCommands, program].flatMap((command) => command.ownOptions);
  return new Map(
    options.flatMap(({ variable, long }) =>
      variable === undefined ? [] : [[variable, long ?? ''] as const],
    ),
  );
}

/** Notes about variables that are set but have no effect, mostly because the name is mistyped. */
export function environmentNotes(program: StrictCommand, env: Environment): readonly Note[] {
  const known = variablesOf(program);
  const names = Object.keys(env).filter(
    (name) => name.toUpperCase().startsWith(PREFIX) && !known.has(name) && env[name] !== '',
  );
  const unknown = names.sort().map((name) => {
    const near = nearest(name.toUpperCase(), [...known.keys()]);
    const meant = near === undefined ? '' : `; did you mean ${near}?`;
    return note('variable-unknown', `${excerpt(name)} is no variable that k8s-verify reads${meant}`);
  });
  return [...unknown, ...notesOnTrust(env)];
}

/** Other tools read from these which keys count; k8s-verify reads that from no variable. */
const OF_OTHER_TOOLS: ReadonlyMap<string, string> = new Map([
  ['SIGSTORE_ROOT_FILE', '--trusted-root FILE'],
  ['TUF_ROOT', '--tuf-url URL --tuf-root FILE'],
  ['TUF_MIRROR', '--tuf-url URL --tuf-root FILE'],
]);

function notesOnTrust(env: Environment): readonly Note[] {
  return Array.from(OF_OTHER_TOOLS).flatMap(([name, options]) =>
    (env[name] ?? '') === ''
      ? []
      : [
          note(
            'variable-not-read',
            `${name} is set, and k8s-verify does not read it: no variable says which keys count; use ${options}`,
          ),
        ],
  );
}
