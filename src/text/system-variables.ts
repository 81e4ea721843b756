type Environment = Readonly<Record<string, string | undefined>>;

/** A variable, what is to be known of it, and what to do. */
export interface VariableFinding {
  readonly found: string;
  readonly advice: string;
}

const LOADED_FIRST = ['LD_PRELOAD', 'DYLD_INSERT_LIBRARIES', 'OPENSSL_CONF'] as const;

/**
 * Variables of the system that decide what runs before k8s-verify, in its executable too; and one that other programs take
 * certificates from. Their values are not shown, because they may contain a secret.
 */
export function systemVariables(env: Environment): readonly VariableFinding[] {
  const isSet = (name: string): boolean => (env[name] ?? '') !== '';
  const first = LOADED_FIRST.filter(isSet);
  const readsCertificates = /--use-(?:openssl-ca|system-ca)\b/.test(env['NODE_OPTIONS'] ?? '');
  return [
    ...(first.length === 0
      ? []
      : [
          {
            found: `the system loads code or settings from ${first.join(', ')}, before k8s-verify runs`,
            advice:
              'unset what you do not need, and make sure that no other user can write to the files they name',
          },
        ]),
    ...(isSet('SSL_CERT_FILE') && !readsCertificates
      ? [
          {
            found: 'SSL_CERT_FILE is set, and k8s-verify does not read it',
            advice: 'if a proxy or mirror uses a CA of your own, name its certificate with --ca-file FILE',
          },
        ]
      : []),
  ];
}
