/** What a shell makes of an install: a directory that it does not look into, another program that it finds first. */
import { basename, dirname } from 'node:path';
import { firstOnPath, isSameProgram } from '../disk/first-on-path.ts';
import { note, type Note } from '../notes.ts';
import { type HostDirectories, isOnPath } from '../plan/destination.ts';
import type { RunResult } from '../result.ts';
import { thisPlatform } from './success-text.ts';

type Host = Pick<HostDirectories, 'platform' | 'env' | 'home'>;

/**
 * Notes on the files that a run installed.
 *
 * @param named whether the user named the directory: then it is known to be on PATH, or not meant to be.
 */
export function pathNotes({ artifacts }: RunResult, host: Host, named: boolean): readonly Note[] {
  const programs = artifacts.flatMap(({ path, outcome, platform }) =>
    path === undefined || outcome === 'extracted' ? [] : [{ path, platform }],
  );
  const directories = [...new Set(programs.map(({ path }) => dirname(path)))];
  const off = directories.filter((directory) => !isOnPath(directory, host));
  const own = programs.filter(
    ({ path, platform }) => platform === thisPlatform() && !(named && off.includes(dirname(path))),
  );
  return [
    ...(named ? [] : off.map((directory) => notOnPath(directory, host))),
    ...own.flatMap(({ path }) => anotherFirst(path, host)),
  ];
}

function notOnPath(directory: string, host: Host): Note {
  const line = lineFor(directory, host);
  const how =
    line === undefined
      ? '; add it, or call the program by its whole path'
      : `. For ${line.shell}, add to ${line.file}: ${line.command}`;
  return note('directory-not-on-path', `${directory} is not on PATH${how}`);
}

const STARTUP_FILES: Readonly<Record<string, string>> = {
  bash: '~/.bashrc',
  zsh: '~/.zshrc',
  fish: '~/.config/fish/config.fish',
};

/** The line that puts a directory on PATH in the user's shell; undefined where it is not known, or would need quotes. */
function lineFor(
  directory: string,
  { platform, env, home }: Host,
): { readonly shell: string; readonly file: string; readonly command: string } | undefined {
  const shell = basename(env['SHELL'] ?? '');
  const file = STARTUP_FILES[shell];
  if (platform === 'win32' || file === undefined || !/^[\w/.+@-]+$/.test(directory)) return undefined;
  const inHome = home !== undefined && home !== '/' && directory.startsWith(`${home}/`);
  const shown = inHome ? `$HOME${directory.slice(home.length)}` : directory;
  const command = shell === 'fish' ? `fish_add_path "${shown}"` : `export PATH="${shown}:$PATH"`;
  return { shell, file, command };
}

/** The program of the same name that a shell starts in place of the installed one. */
function anotherFirst(path: string, { env }: Host): readonly Note[] {
  const name = basename(path);
  const first = firstOnPath(name, env['PATH'] ?? '');
  if (first === undefined || isSameProgram(first, path)) return [];
  return [note('another-first-on-path', `another ${name} comes first on PATH: ${first}`)];
}
