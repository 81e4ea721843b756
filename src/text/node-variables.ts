import { note, type Note, type NoteCode } from '../notes.ts';

/** Something in the environment that the user should know about. */
export interface EnvironmentNote {
  readonly code: NoteCode;
  readonly found: string;
  readonly advice: string;
}

export function noteOf({ code, found, advice }: EnvironmentNote): Note {
  return note(code, `${found}; ${advice}`);
}

/**
 * Variables that make Node load code or options before k8s-verify runs. The user who starts node controls them. Only
 * the executable ignores them (scripts/build-executable.ts).
 */
const VARIABLES = ['NODE_OPTIONS', 'NODE_PATH', 'NODE_COMPILE_CACHE'] as const;

/** A note if some of them are set. Their values are not shown, because they may contain a secret. */
export function nodeVariablesNote(
  env: Readonly<Record<string, string | undefined>>,
): EnvironmentNote | undefined {
  const names = VARIABLES.filter((name) => (env[name] ?? '') !== '');
  if (names.length === 0 || process.getBuiltinModule('node:sea').isSea()) return undefined;
  return {
    code: 'node-variables',
    found: `node takes options or code from ${names.join(', ')}, before k8s-verify runs`,
    advice: 'unset what you do not need, and make sure that no other user can write to the places they name',
  };
}
