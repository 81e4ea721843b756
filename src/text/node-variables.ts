/** Something in the environment that a user should know of. */
export interface EnvironmentNote {
  readonly found: string;
  readonly advice: string;
}

/**
 * Variables that make Node load code, or options, before k8s-verify has a say. They belong to the user who starts node.
 * The executable alone ignores them (scripts/build-executable.ts).
 */
const VARIABLES = ['NODE_OPTIONS', 'NODE_PATH', 'NODE_COMPILE_CACHE'] as const;

/** For a process in which some of them are set. Their values are not shown: they may hold a secret. */
export function nodeVariablesNote(
  env: Readonly<Record<string, string | undefined>>,
): EnvironmentNote | undefined {
  const names = VARIABLES.filter((name) => (env[name] ?? '') !== '');
  if (names.length === 0 || process.getBuiltinModule('node:sea').isSea()) return undefined;
  return {
    found: `node takes options or code from ${names.join(', ')}, before k8s-verify runs`,
    advice: 'unset what you do not need, and let nobody else write where it points',
  };
}
