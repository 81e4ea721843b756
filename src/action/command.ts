/**
 * The command `k8s-verify` for later steps: a launcher that starts the action's own program with the runner's Node. Nothing is
 * downloaded; what the command runs is what the workflow pinned.
 */
import path from 'node:path';
import { writeFile } from 'node:fs/promises';
import { RequestError } from '../errors.ts';
import { assertFitsPath, type Runner } from './runner.ts';
import { openDirectory } from './set-up.ts';

/** Executable by each user of the job, writable by none but its own. */
const LAUNCHER_MODE = 0o755;

/** What starts the command, and with which program. */
export interface CommandParts {
  /** The Node that runs the action. */
  readonly node: string;
  /** `dist/action/index.js` */
  readonly script: string;
}

export interface Launcher {
  readonly name: string;
  readonly text: string;
}

/**
 * Puts the launchers into a directory for this job.
 *
 * @returns the directory, for PATH
 * @throws K8sVerifyError where the runner's directory cannot be used; then nothing is left there
 */
export async function setUpCommand(runner: Runner, parts: CommandParts): Promise<string> {
  assertFitsPath(runner, runner.temporary);
  const launchers = launchersFor(runner.platform, parts);
  const directory = await openDirectory(runner, 'k8s-verify-command-');
  try {
    for (const { name, text } of launchers) {
      await writeFile(path.join(directory.path, name), text, { mode: LAUNCHER_MODE, flag: 'wx' });
    }
    await directory.publish();
    return directory.path;
  } catch (error) {
    await directory.remove();
    throw error;
  }
}

/** For `sh` everywhere, which Git brings to Windows; there also for `cmd` and PowerShell. */
export function launchersFor(platform: NodeJS.Platform, { node, script }: CommandParts): readonly Launcher[] {
  const shell = {
    name: 'k8s-verify',
    text: `#!/bin/sh\nexec ${quoted(node)} ${quoted(script)} command "$@"\n`,
  };
  if (platform !== 'win32') return [shell];
  const batch = `@"${batchWord(node)}" "${batchWord(script)}" command %*\r\n`;
  return [shell, { name: 'k8s-verify.cmd', text: batch }];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** @throws RequestError for what a batch file cannot say; no path of Windows has it. */
function batchWord(text: string): string {
  if (!/["\r\n]/.test(text)) return text.replaceAll('%', '%%');
  throw new RequestError('usage', 'the path of the action has a quotation mark or a line break in it', {
    wanted: 'a path that a batch file can name',
    found: JSON.stringify(text),
    next: 'look at where the runner keeps its actions',
  });
}
