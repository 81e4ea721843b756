/**
 * Scripts that complete the command line in a shell, written from its declaration. They open no connection, and start no program but
 * `k8s-verify` for the versions that are kept.
 */
import {
  choices,
  commandWords,
  type Flags,
  flagsOf,
  flagsTaking,
  KEPT_VERSIONS,
  operands,
  takesVersions,
  type Value,
} from './completion-words.ts';
import { createProgram } from './program.ts';
import type { Shell } from './shells.ts';
import type { StrictCommand } from './strict-command.ts';

export function completionScript(shell: Shell): string {
  const writers = { bash: bashScript, zsh: zshScript, fish: fishScript, powershell: powershellScript };
  return writers[shell](createProgram());
}

/** How each shell loads the script: now, and whenever it starts. */
export const LOADING: Readonly<Record<Shell, readonly [now: string, always: string]>> = {
  bash: ['source <(k8s-verify completion bash)', "echo 'source <(k8s-verify completion bash)' >>~/.bashrc"],
  zsh: [
    'source <(k8s-verify completion zsh)',
    'mkdir -p ~/.zsh/completions && k8s-verify completion zsh >~/.zsh/completions/_k8s-verify &&' +
      " echo 'fpath=(~/.zsh/completions $fpath); autoload -U compinit; compinit' >>~/.zshrc",
  ],
  fish: [
    'k8s-verify completion fish | source',
    'k8s-verify completion fish >~/.config/fish/completions/k8s-verify.fish',
  ],
  powershell: [
    'k8s-verify completion powershell | Out-String | Invoke-Expression',
    'k8s-verify completion powershell >> $PROFILE',
  ],
};

function bashScript(program: StrictCommand): string {
  const cases = program.strictCommands.map((command) => {
    const words = flagsOf(command)
      .flatMap((flags) => flags.words)
      .join(' ');
    const own = operands(program, command);
    const complete = own === 'files' ? 'files=1' : `words="${own.join(' ')}"`;
    const names = [command.name(), ...command.aliases()].join('|');
    const versions = takesVersions(program, command) ? ' versions=1' : '';
    return `    ${names}) options="${words}"; ${complete}${versions} ;;`;
  });
  const lists = Array.from(
    choices(program),
    ([list, flags]) => `    ${flags}) COMPREPLY=($(compgen -W "${list}" -- "$current")); return ;;`,
  );
  const commands = program.strictCommands.flatMap((one) => [one.name(), ...one.aliases()]);
  return `# bash completion for k8s-verify; written by: k8s-verify completion bash
_k8s_verify() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local command= word options= words= files= versions=
  COMPREPLY=()
  # The shell itself completes names of files and directories, those with blanks and quotes too.
  case $previous in
    ${flagsTaking(program, (value) => value === 'file')}) compopt -o default; return ;;
    ${flagsTaking(program, (value) => value === 'directory')}) compopt -o dirnames; return ;;
${lists.join('\n')}
    ${flagsTaking(program, (value) => value === 'anything')}) return ;;
  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      ${commands.join('|')}) command=$word; break ;;
    esac
  done
  case \${command:-install} in
${cases.join('\n')}
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif [[ -n $files ]]; then
    compopt -o default
  else
    [[ -z $command && $COMP_CWORD -eq 1 ]] && words="$words ${commandWords(program).join(' ')}"
    [[ -n $versions && $current == v* ]] && words="$words $(command ${KEPT_VERSIONS} 2>/dev/null)"
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

function zshScript(program: StrictCommand): string {
  const cases = program.strictCommands.map((command) => {
    const own = operands(program, command);
    const rest =
      own === 'files' ? '_files' : `(${own.join(' ')}${takesVersions(program, command) ? ' $kept' : ''})`;
    const specs = flagsOf(command).map((flags) => `      ${zshOption(flags)} \\`);
    const names = [command.name(), ...command.aliases()].join('|');
    return `    ${names})\n    _arguments -s \\\n${specs.join('\n')}\n      "*:argument:${rest}" ;;`;
  });
  const described = program.strictCommands.map((one) => `    ${quote(`${one.name()}:${one.summary()}`)}`);
  return `#compdef k8s-verify
# zsh completion for k8s-verify; written by: k8s-verify completion zsh
_k8s_verify() {
  local command=install word
  local -a commands kept
  [[ $PREFIX == v* ]] && kept=(\${(f)"$(command ${KEPT_VERSIONS} 2>/dev/null)"})
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
if [[ $funcstack[1] == _k8s[_-]verify ]]; then
  _k8s_verify "$@"
else
  compdef _k8s_verify k8s-verify
fi
`;
}

function zshOption({ words, description, repeatable, placeholder, value }: Flags): string {
  const help = description.replaceAll(/[[\]:]/g, '\\$&');
  const takes = value === undefined ? '' : `:${placeholder}:${zshAction(value)}`;
  return words.map((word) => quote(`${repeatable ? '*' : ''}${word}[${help}]${takes}`)).join(' ');
}

function zshAction(value: Exclude<Value, undefined>): string {
  if (value === 'file') return '_files';
  if (value === 'directory') return '_files -/';
  return value === 'anything' ? ' ' : `(${value.join(' ')})`;
}

function fishScript(program: StrictCommand): string {
  return [
    '# fish completion for k8s-verify; written by: k8s-verify completion fish',
    'complete -c k8s-verify -f',
    ...program.strictCommands.flatMap((command) => fishCommand(program, command)),
    '',
  ].join('\n');
}

function fishCommand(program: StrictCommand, command: StrictCommand): readonly string[] {
  const name = command.name();
  const seen = `__fish_seen_subcommand_from ${commandWords(program).join(' ')}`;
  const own = `__fish_seen_subcommand_from ${[name, ...command.aliases()].join(' ')}`;
  const when = `complete -c k8s-verify -n ${quote(name === 'install' ? `not ${seen}; or ${own}` : own)}`;
  const words = operands(program, command);
  return [
    `complete -c k8s-verify -n ${quote(`not ${seen}`)} -a ${name} -d ${quote(command.summary())}`,
    words === 'files' ? `${when} -F` : `${when} -a ${quote(words.join(' '))}`,
    ...(takesVersions(program, command)
      ? [`${when} -a ${quote(`(command ${KEPT_VERSIONS} 2>/dev/null)`)}`]
      : []),
    ...flagsOf(command).map((flags) => `${when} ${fishOption(flags)}`),
  ];
}

function fishOption({ words, description, value }: Flags): string {
  const names = words.map((word) => (word.startsWith('--') ? `-l ${word.slice(2)}` : `-s ${word.slice(1)}`));
  return [...names, ...fishValue(value), `-d ${quote(description)}`].join(' ');
}

function fishValue(value: Value): readonly string[] {
  if (value === undefined) return [];
  if (value === 'file') return ['-r -F'];
  if (value === 'directory') return [`-x -a '(__fish_complete_directories)'`];
  return value === 'anything' ? ['-x'] : [`-x -a ${quote(value.join(' '))}`];
}

/** Text in single quotes, as PowerShell reads it. */
function powershellQuote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function powershellList(words: readonly string[]): string {
  return `@(${words.map(powershellQuote).join(', ')})`;
}

function powershellScript(program: StrictCommand): string {
  const tables = program.strictCommands.flatMap((command) => {
    const own = operands(program, command);
    const words = [...flagsOf(command).flatMap((flags) => flags.words), ...(own === 'files' ? [] : own)];
    return [command.name(), ...command.aliases()].map(
      (name) => `    ${powershellQuote(name)} = ${powershellList(words)}`,
    );
  });
  const versioned = program.strictCommands
    .filter((command) => takesVersions(program, command))
    .flatMap((command) => [command.name()].concat(command.aliases()));
  const values = Array.from(choices(program)).flatMap(([list, flags]) =>
    flags.split('|').map((flag) => `    ${powershellQuote(flag)} = ${powershellList(list.split(' '))}`),
  );
  return `# PowerShell completion for k8s-verify; written by: k8s-verify completion powershell
Register-ArgumentCompleter -Native -CommandName 'k8s-verify' -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $commands = @{
${tables.join('\n')}
  }
  $values = @{
${values.join('\n')}
  }
  $before = @($commandAst.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
  $command = @($before | Where-Object { $commands.ContainsKey($_) })[0]
  $previous = if ($before.Count -gt 0) { $before[-1] } else { '' }
  if ($values.ContainsKey($previous)) {
    $words = $values[$previous]
  } elseif ($command) {
    $words = $commands[$command]
  } else {
    $words = $commands['install'] + ${powershellList(commandWords(program))}
  }
  $takesVersions = ${powershellList(versioned)}
  if ($wordToComplete -like 'v*' -and (-not $command -or $takesVersions -contains $command)) {
    $words = $words + @(& ${KEPT_VERSIONS} 2>$null)
  }
  $words | Where-Object { $_ -like "$wordToComplete*" } | Sort-Object -Unique | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`;
}
