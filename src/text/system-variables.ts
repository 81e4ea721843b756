type Environment = Readonly<Record<string, string | undefined>>;

/** A variable, what is to be known of it, and what to do. */
export interface VariableFinding {
  readonly found: string;
  readonly advice: string;
}

const LOADED_FIRST = ['LD_PRELOAD', 'DYLD_INSERT_LIBRARIES', 'OPENSSL_CONF'] as const;

/**
 * Variables of the system that decide what runs before k8s-verify, in its executable too. Their values are not shown, because
 * they may contain a secret.
 */
export function systemVariables(env: Environment): readonly VariableFinding[] {
  const isSet = (name: string): boolean => (env[name] ?? '') !== '';
  const first = LOADED_FIRST.filter(isSet);
  if (first.length === 0) return [];
  return [
    {
      found: `the system loads code or settings from ${first.join(', ')}, before k8s-verify runs`,
      advice: 'unset what you do not need, and make sure that no other user can write to the files they name',
    },
  ];
}
