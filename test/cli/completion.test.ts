import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { describe, expect, it } from 'vitest';
import { completionScript, LOADING } from '../../src/cli/completion-scripts.ts';
import { createProgram } from '../../src/cli/program.ts';
import { type Shell, SHELLS } from '../../src/cli/shells.ts';
import { CLI_PATH, runCli } from '#support/run-cli';
import { HAS_SCRIPT } from '../transcripts/screen.ts';
import type { TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';

const PROGRAMS: Readonly<Record<Shell, string>> = {
  bash: 'bash',
  zsh: 'zsh',
  fish: 'fish',
  powershell: 'pwsh',
};

function has(shell: Shell): boolean {
  const isThere = spawnSync(PROGRAMS[shell], ['-c', 'exit 0']).status === 0;
  return isThere && (shell !== 'bash' || HAS_SCRIPT);
}

/** Shell programs that load `./script` and say what the words in `$WORDS` are completed to, one a line. */
const ASK: Readonly<Record<Shell, string>> = {
  // A real interactive bash on a terminal of its own, which reads the words and a tab, and runs what that became.
  bash: `
    printf '%s\\t\\n' "source ./script; PS1=; bind 'set enable-bracketed-paste off'" \
      'k8s-verify() { printf "<<%s>>\\n" "\${@: -1}"; }' "$WORDS" exit |
      script --quiet --return --command 'bash --norc --noprofile -i' /dev/null |
      sed -n 's/.*<<\\(.*\\)>>.*/\\1/p' | sed '/^%s$/d'`,
  fish: `
    source ./script
    complete -C "$WORDS" | string replace -r '\\t.*' ''; true`,
  // A real interactive zsh on a terminal of its own: it types the words and a tab, and runs what that became.
  zsh: `
    zmodload zsh/zpty
    zpty z zsh -f -i
    zpty -w z 'PS1=; unsetopt zle_bracketed_paste; autoload -Uz compinit; compinit -u -D; source ./script'
    zpty -w z 'k8s-verify() { print -r -- "<<$argv[-1]>>" }'
    zpty -w -n z "$WORDS"$'\\t\\n'
    zpty -r -m z line '*<<[^$]*>>*'
    print -r -- "\${\${line##*<<}%%>>*}"`,
  powershell: `
    . ([scriptblock]::Create((Get-Content -Raw ./script)))
    [System.Management.Automation.CommandCompletion]::CompleteInput($env:WORDS, $env:WORDS.Length, $null).CompletionMatches |
      ForEach-Object { Split-Path -Leaf $_.CompletionText }`,
};

/** @returns a PATH with k8s-verify on it; names in the data directory are as given */
async function keeping(dir: TempDir, kept: readonly string[]): Promise<string> {
  await mkdir(dir.join('data', 'manifests'), { recursive: true });
  for (const name of kept) await writeFile(dir.join('data', 'manifests', name), '');
  await mkdir(dir.join('path'));
  await writeFile(
    dir.join('path', 'k8s-verify'),
    `#!/bin/sh\nexec '${process.execPath}' '${CLI_PATH}' "$@"\n`,
    {
      mode: 0o755,
    },
  );
  return [dir.join('path'), process.env['PATH']].join(delimiter);
}

async function complete(
  shell: Shell,
  words: string,
  kept: readonly string[] = [],
  files: readonly string[] = ['bundle.json'],
): Promise<readonly string[]> {
  const dir = await testDir();
  const PATH = await keeping(dir, kept);
  await writeFile(dir.join('script'), completionScript(shell));
  for (const name of files) await writeFile(dir.join(name), '');
  const { stdout, stderr, status } = spawnSync(PROGRAMS[shell], ['-c', ASK[shell]], {
    cwd: dir.path,
    encoding: 'utf8',
    timeout: 20_000,
    env: {
      ...process.env,
      PATH,
      K8S_VERIFY_DATA_DIR: dir.join('data'),
      HOME: dir.path,
      XDG_CONFIG_HOME: dir.path,
      TERM: 'xterm',
      WORDS: words,
    },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(readdirSync(dir.path)).not.toContain('pwned');
  // What is typed and becomes nothing more is run as it is.
  return stdout.split('\n').filter((line) => line !== '' && line !== words.split(' ').at(-1));
}

describe.each(SHELLS)('completion in %s', (shell) => {
  it.skipIf(!has(shell))(`offers the versions that are kept (needs ${shell})`, async () => {
    const hostile = ['v1.33.1 $(touch pwned)', 'v1.33.2;touch pwned', 'v1.33.x', '-v1.33.4'];
    expect(await complete(shell, 'k8s-verify kubectl v1.33', ['v1.33.9', 'v1.30.2', ...hostile])).toEqual([
      'v1.33.9',
    ]);
    expect(await complete(shell, 'k8s-verify list v1.30', ['v1.33.9', 'v1.30.2'])).toEqual(['v1.30.2']);
    expect(await complete(shell, 'k8s-verify kubectl stab', ['v1.30.2'])).toEqual(['stable']);
  });

  it.skipIf(!has(shell)).each([
    ['k8s-verify veri', 'verify'],
    ['k8s-verify kube-ag', 'kube-aggregator'],
    ['k8s-verify install kube-ag', 'kube-aggregator'],
    ['k8s-verify kubectl --install-d', '--install-dir'],
    ['k8s-verify kubectl --platform linux/ppc', 'linux/ppc64le'],
    ['k8s-verify verify --bun', '--bundle'],
    ['k8s-verify verify bund', 'bundle.json'],
    ['k8s-verify verify x --bundle bund', 'bundle.json'],
    ['k8s-verify verify --k8s', '--k8s-verify-release'],
    ['k8s-verify kubectl --from-tarball cl', 'client'],
    ['k8s-verify --color al', 'always'],
    ['k8s-verify ls --plat', '--platform'],
    ['k8s-verify help env', 'environment'],
    ['k8s-verify completion fi', 'fish'],
  ])(`%s (needs ${shell})`, async (words, expected) => {
    expect(await complete(shell, words)).toEqual([expected]);
  });

  it
    .skipIf(!has(shell))
    .each([
      ['bund $(touch pwned).json'],
      ['bund;touch pwned;.json'],
      ['bund`touch pwned`.json'],
      ['bund*.json'],
      ['bund\'d "it".json'],
      ['bund \u4f60\u597d \u05e9.json'],
    ])(`offers a file named %s, and runs nothing of its name (needs ${shell})`, async (name) => {
    const offered = await complete(shell, 'k8s-verify verify bund', [], [name]);
    // fish tells what it would put into the line, quoted.
    expect(offered.map((one) => (shell === 'fish' ? one.replaceAll(/\\(.)/g, '$1') : one))).toEqual([name]);
  });

  it('names every option of every command', () => {
    const script = completionScript(shell);
    for (const command of createProgram().strictCommands) {
      for (const option of command.ownOptions) expect(script).toContain(option.name());
    }
  });

  it('is what the command prints', async () => {
    const { stdout, exitCode } = await runCli(['completion', shell]);
    expect({ stdout, exitCode }).toEqual({ stdout: completionScript(shell), exitCode: 0 });
  });
});

it.each([[[]], [['tcsh']], [['bash', 'zsh']]])('completion refuses %j', async (args) => {
  const { exitCode, stderr, stdout } = await runCli(['completion', ...args]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toMatch(/bash, zsh, fish, powershell|takes one argument/);
});

// zsh goes on to the names of files.
describe.each(SHELLS.filter((shell) => shell !== 'zsh'))('completion in %s', (shell) => {
  it.skipIf(!has(shell))(`offers no option of another command (needs ${shell})`, async () => {
    expect(await complete(shell, 'k8s-verify verify --install-d')).toEqual([]);
  });
});

// Each writes to the home alone: a user may write nowhere else.
describe('the line that loads the script in every new shell', () => {
  it.skipIf(!has('zsh'))('works in a fresh home (needs zsh)', async () => {
    const dir = await testDir();
    const PATH = await keeping(dir, ['v1.33.9']);
    const env = { PATH, HOME: dir.path, K8S_VERIFY_DATA_DIR: dir.join('data'), TERM: 'xterm' };
    const run = (script: string): string => {
      const options = { cwd: dir.path, encoding: 'utf8', timeout: 20_000, env } as const;
      const { stdout, stderr, status } = spawnSync('zsh', ['-f', '-c', script], options);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      return stdout;
    };
    run(LOADING.zsh[1]);
    expect(readdirSync(dir.path).toSorted()).toEqual(['.zsh', '.zshrc', 'data', 'path']);
    const asked = `
      zmodload zsh/zpty
      zpty z zsh -d -i
      zpty -w z 'PS1=; unsetopt zle_bracketed_paste'
      zpty -w z 'k8s-verify() { print -r -- "<<$argv[-1]>>" }'
      zpty -w -n z 'k8s-verify kubectl v1.33'$'\t\n'
      zpty -r -m z line '*<<[^$]*>>*'
      print -r -- "\${\${line##*<<}%%>>*}"`;
    expect(run(asked)).toBe('v1.33.9\n');
  });
});

describe('what completion scripts ask', () => {
  it('is answered by what is kept, the newest first, and by nothing else', async () => {
    const dir = await testDir();
    await keeping(dir, ['v1.9.0', 'v1.30.10', 'v1.30.2', 'v1.31.0-rc.1', 'other', 'v1.30.2 x']);
    const env = { K8S_VERIFY_DATA_DIR: dir.join('data') };
    expect(await runCli(['__complete', 'versions'], { env })).toMatchObject({
      exitCode: 0,
      stdout: 'v1.31.0-rc.1\nv1.30.10\nv1.30.2\nv1.9.0\n',
      stderr: '',
    });
  });

  it.each([
    ['of another thing', ['__complete', 'secrets'], '/nowhere'],
    ['of nothing', ['__complete'], '/nowhere'],
    ['of a directory that is none', ['__complete', 'versions'], '/dev/null'],
    ['of a directory that is not there', ['__complete', 'versions'], '/proc/nope'],
  ])('%s is answered by nothing, and without an error', async (_, words, directory) => {
    const env = { K8S_VERIFY_DATA_DIR: directory };
    expect(await runCli(words, { env })).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  });
});
