/** The commands that install and check no file: `doctor`, `trusted-root`, `policy`, `completion`, `help` and `version`. */
import { add } from './add-command.ts';
import * as option from './declared-options.ts';
import { SHELLS } from './shells.ts';
import type { StrictCommand } from './strict-command.ts';

export function addDoctor(program: StrictCommand): void {
  add(
    program,
    {
      name: 'doctor',
      operands: '',
      summary: 'check network, clock, trusted root and PATH',
      group: 'SET UP',
    },
    [
      option.mirror('the release server to look at; default https://dl.k8s.io'),
      option.trustedRoot(),
      ...option.tuf(),
      option.dataDir(),
      option.rekorUrl(),
      option.installDir(),
      option.retries(0),
      option.retryDelay(),
      option.timeout('the most time for each request, as in 30s; default 10s'),
      option.caFile(),
    ],
  ).describe({
    usages: ['k8s-verify doctor [OPTIONS]'],
    examples: [{ command: 'k8s-verify doctor', meaning: 'before the first install, or when one fails' }],
    details: [
      'Check what a run needs on this machine, and say what to do about what is missing.',
      'Nothing is installed. A public log that gives no answer is no problem where bundles or kept evidence prove without it. It ends with 0 where a run can be expected to work.',
    ],
    success: 'a run can be expected to work; else the code of what would stop it',
    failures: [1, 2, 3, 4, 5, 18, 20, 130],
  });
}

export function addTrustedRoot(program: StrictCommand): void {
  add(
    program,
    {
      name: 'trusted-root',
      operands: '[ACTION] [FILE]',
      summary: 'show, update or export the keys that proofs rest on',
      group: 'SET UP',
    },
    [
      option.trustedRoot(),
      ...option.tuf(),
      option.dataDir(),
      option.retries(),
      option.retryDelay(),
      option.timeout(option.REQUEST_TIMEOUT),
      option.caFile(),
    ],
  ).describe({
    usages: ['k8s-verify trusted-root show | update | export FILE [OPTIONS]'],
    examples: [
      { command: 'k8s-verify trusted-root show', meaning: 'which keys count, and since when' },
      { command: 'k8s-verify trusted-root update', meaning: 'renew them now' },
      {
        command: 'k8s-verify trusted-root export trusted_root.json',
        meaning: 'for a machine without a network',
      },
    ],
    details: [
      'Show, renew or export the trusted root: the list of keys that every proof rests on.',
      'show makes no request. update asks the TUF repository and says what has changed. export writes the newest one, ' +
        'which another machine takes with --trusted-root; - writes it to standard output.',
    ],
    success: 'shown, renewed or written',
    failures: [1, 2, 4, 5, 18, 20, 130],
  });
}

export function addPolicy(program: StrictCommand): void {
  add(
    program,
    {
      name: 'policy',
      operands: '[ACTION] [FILE]',
      summary: 'print the built-in policy, or check a policy file',
      group: 'SET UP',
    },
    [],
  ).describe({
    usages: ['k8s-verify policy show | check FILE'],
    examples: [
      { command: 'k8s-verify policy show', meaning: 'what counts where no file is named' },
      { command: 'k8s-verify policy check policy.json', meaning: 'can a run use it?' },
    ],
    details: [
      'Print the policy that is built in, or read a policy file without a run. Its fields: schemaVersion, allowed, ' +
        'maxPatchesBehind, minimumAge, required, sources, denied, identities, exceptions.',
      'show prints the built-in policy as the JSON of such a file. check says whether a file can be used, its digest, and ' +
        'which of its exceptions have ended. A run takes the file with --policy FILE; docs/policy.md has every field.',
    ],
    success: 'printed, or the file can be used',
    failures: [1, 2],
  });
}

export function addCompletion(program: StrictCommand): void {
  add(
    program,
    {
      name: 'completion',
      operands: '[SHELL]',
      summary: 'completion for bash, zsh, fish and PowerShell',
      group: 'SET UP',
    },
    [],
  ).describe({
    usages: [`k8s-verify completion ${SHELLS.join(' | ')}`],
    examples: [
      { command: 'source <(k8s-verify completion bash)', meaning: 'for this shell' },
      {
        command: 'k8s-verify completion fish > ~/.config/fish/completions/k8s-verify.fish',
        meaning: 'for every fish',
      },
      { command: 'k8s-verify completion powershell >> $PROFILE', meaning: 'for every PowerShell' },
    ],
    details: [
      'Print a script that completes commands, options, components, platforms, and versions of which something is kept, without a network.',
    ],
    success: 'printed',
    failures: [1, 2],
  });
}

/** The two commands that only talk about k8s-verify; the first page names them among the options and topics. */
export function addHelp(program: StrictCommand): void {
  add(
    program,
    { name: 'help', operands: '[TOPIC]', summary: 'help for a command, a topic or an exit code', group: '' },
    [],
  ).describe({
    usages: ['k8s-verify help [COMMAND | TOPIC | EXIT CODE]'],
    examples: [
      { command: 'k8s-verify help verify', meaning: 'a command' },
      { command: 'k8s-verify help environment', meaning: 'a topic' },
      { command: 'k8s-verify help 12', meaning: 'an exit code' },
    ],
    details: ['Print help for a command, a topic or an exit code.'],
    success: 'printed',
    failures: [1, 2],
  });
  const version = { name: 'version', operands: '', summary: 'the version of k8s-verify', group: '' } as const;
  add(program, version, []).describe({
    usages: ['k8s-verify version'],
    examples: [{ command: 'k8s-verify version', meaning: 'the same as k8s-verify --version' }],
    details: ['Print the version of k8s-verify.'],
    success: 'printed',
    failures: [1, 2],
  });
}
