/** The `completion` command: scripts for shells, written from the tables of commands and options. */
import { excerpt } from '../text/excerpt.ts';
import { RequestError } from '../errors.ts';
import { COMPONENTS } from '../release/component.ts';
import { formatPlatform, PLATFORMS } from '../release/platform.ts';
import { BINARY_TARBALLS } from '../release/tarball.ts';
import type { CommandLine } from './command-line.ts';
import { type CommandName, COMMANDS, type CommandSpec } from './commands.ts';
import type { Answer } from './console.ts';
import { alwaysTakesValue, OPTIONS, type OptionSpec, optionsOf } from './options.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export function completion(line: CommandLine): Promise<Answer> {
  const [word, more] = line.operands;
  const shell = SHELLS.find((name) => name === word);
  if (shell === undefined || more !== undefined) {
    throw new RequestError('usage', 'completion takes the name of a shell', {
      expected: SHELLS.join(', '),
      found: line.operands.map((operand) => excerpt(operand)).join(' ') || 'nothing',
      advice: 'for example: k8s-verify completion bash > /etc/bash_completion.d/k8s-verify',
    });
  }
  const script = completionScript(shell);
  return Promise.resolve({ text: script, json: { schemaVersion: 1, ok: true, exitCode: 0 } });
}

export function completionScript(shell: Shell): string {
  const writers = { bash: bashScript, zsh: zshScript, fish: fishScript };
  return writers[shell]();
}

/** The versions that can be completed without asking anybody. */
const ALIASES = ['stable', 'latest'];
const platforms = (): string => PLATFORMS.map(formatPlatform).join(' ');
const components = (): string => COMPONENTS.map(({ name }) => name).join(' ');
const commands = (): string => COMMANDS.map(({ name }) => name).join(' ');

/** What the operands of a command are completed with. */
function operands(command: CommandName): 'files' | readonly string[] {
  switch (command) {
    case 'install':
      return [components(), ...ALIASES];
    case 'verify':
      return 'files';
    case 'list':
      return ALIASES;
    case 'completion':
      return SHELLS;
    case 'doctor':
      return [];
  }
}

function flags(option: OptionSpec): readonly string[] {
  return [`--${option.name}`, ...(option.short === undefined ? [] : [`-${option.short}`])];
}

function flagsCompleting(kind: OptionSpec['completes']): string {
  return OPTIONS.filter((option) => alwaysTakesValue(option) && option.completes === kind)
    .flatMap(flags)
    .join('|');
}

function bashScript(): string {
  const cases = COMMANDS.map(({ name }) => {
    const words = optionsOf(name).flatMap(flags).join(' ');
    const own = operands(name);
    const complete = own === 'files' ? 'files=1' : `words="${own.join(' ')}"`;
    return `    ${name}) options="${words}"; ${complete} ;;`;
  });
  return `# bash completion for k8s-verify; written by: k8s-verify completion bash
_k8s_verify() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local command= word options= words= files=
  COMPREPLY=()
  case $previous in
    ${flagsCompleting('file')}) compopt -o filenames; COMPREPLY=($(compgen -f -- "$current")); return ;;
    ${flagsCompleting('directory')}) compopt -o filenames; COMPREPLY=($(compgen -d -- "$current")); return ;;
    ${flagsCompleting('platform')}) COMPREPLY=($(compgen -W "${platforms()}" -- "$current")); return ;;
    ${flagsCompleting('tarball')}) COMPREPLY=($(compgen -W "${BINARY_TARBALLS.join(' ')}" -- "$current")); return ;;
    ${flagsCompleting(undefined)}) return ;;
  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      ${COMMANDS.map(({ name }) => name).join('|')}) command=$word; break ;;
    esac
  done
  case \${command:-install} in
${cases.join('\n')}
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif [[ -n $files ]]; then
    compopt -o filenames
    COMPREPLY=($(compgen -f -- "$current"))
  else
    [[ -z $command && $COMP_CWORD -eq 1 ]] && words="$words ${commands()}"
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}
complete -F _k8s_verify k8s-verify
`;
}

/** Text in single quotes, as zsh and fish read it. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function zshScript(): string {
  const cases = COMMANDS.map(({ name }) => {
    const own = operands(name);
    const rest = own === 'files' ? '_files' : `(${own.join(' ')})`;
    const specs = optionsOf(name).map((option) => `      ${zshOption(option)} \\`);
    return `    ${name})\n    _arguments -s \\\n${specs.join('\n')}\n      '*:argument:${rest}' ;;`;
  });
  const described = COMMANDS.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`);
  return `#compdef k8s-verify
# zsh completion for k8s-verify; written by: k8s-verify completion zsh
_k8s_verify() {
  local command=install word
  local -a commands
  commands=(
${described.join('\n')}
  )
  for word in \${words[2,CURRENT-1]}; do
    if (( \${commands[(I)$word:*]} )); then
      command=$word
      break
    fi
  done
  if (( CURRENT == 2 )) && [[ \${words[2]} != -* ]]; then
    _describe command commands
  fi
  case $command in
${cases.join('\n')}
  esac
}
if [[ $funcstack[1] == _k8s_verify ]]; then
  _k8s_verify "$@"
else
  compdef _k8s_verify k8s-verify
fi
`;
}

function zshOption(option: OptionSpec): string {
  const help = option.help.replaceAll(/[[\]:]/g, '\\$&');
  const repeat = option.repeatable === true ? '*' : '';
  const values = {
    file: '_files',
    directory: '_files -/',
    platform: `(${platforms()})`,
    tarball: `(${BINARY_TARBALLS.join(' ')})`,
  };
  const action = option.completes === undefined ? ' ' : values[option.completes];
  const value = alwaysTakesValue(option) ? `:${option.value}:${action}` : '';
  return flags(option)
    .map((flag) => quote(`${repeat}${flag}[${help}]${value}`))
    .join(' ');
}

function fishScript(): string {
  return [
    '# fish completion for k8s-verify; written by: k8s-verify completion fish',
    'complete -c k8s-verify -f',
    ...COMMANDS.flatMap(fishCommand),
    '',
  ].join('\n');
}

function fishCommand({ name, summary }: CommandSpec): readonly string[] {
  const seen = `__fish_seen_subcommand_from ${commands()}`;
  const own = `__fish_seen_subcommand_from ${name}`;
  const when = `complete -c k8s-verify -n ${quote(name === 'install' ? `not ${seen}; or ${own}` : own)}`;
  const arguments_ = operands(name);
  const lines = [
    `complete -c k8s-verify -n ${quote(`not ${seen}`)} -a ${name} -d ${quote(summary)}`,
    arguments_ === 'files' ? `${when} -F` : `${when} -a ${quote(arguments_.join(' '))}`,
  ];
  for (const option of optionsOf(name)) lines.push(`${when} ${fishOption(option)}`);
  return lines;
}

function fishOption(option: OptionSpec): string {
  const values = {
    file: '-r -F',
    directory: `-x -a '(__fish_complete_directories)'`,
    platform: `-x -a ${quote(platforms())}`,
    tarball: `-x -a ${quote(BINARY_TARBALLS.join(' '))}`,
  };
  const value = option.completes === undefined ? '-x' : values[option.completes];
  const short = option.short === undefined ? '' : ` -s ${option.short}`;
  return `-l ${option.name}${short}${alwaysTakesValue(option) ? ` ${value}` : ''} -d ${quote(option.help)}`;
}
