/** Who signed: the certificate's one name, its type, and the issuer of the identity. */
import { extension, OID, withExtension, withoutExtension } from '#support/sigstore/certificate';
import { KUBERNETES_IDENTITY, KUBERNETES_ISSUER } from '#support/sigstore/certificate-authority';
import type { Policy } from '../../src/policy/policy.ts';
import { accepted, blob, type Evidence, refused, type Vector } from './vector.ts';

const GITHUB_ISSUER = 'https://token.actions.githubusercontent.com';
const WORKFLOW = 'https://github.com/o/r/.github/workflows/release.yml@refs/tags/v1';

function expecting(
  subjectAlternativeName: string,
  issuer: string = KUBERNETES_ISSUER,
): { readonly policy: Policy } {
  return {
    policy: {
      kind: 'certificate-identity',
      identities: [{ subjectAlternativeName, issuer }],
      rules: undefined,
    },
  };
}

const RELEASE = 'https://github.com/Some-One/k8s.verify/.github/workflows/release.yml';

/** A release workflow's policy, and a certificate for this name. */
function atTag(value: string, { kind = 'uri', issuer = GITHUB_ISSUER }: Altered = {}): () => Evidence {
  const policy: Policy = {
    kind: 'release-workflow',
    workflow: RELEASE,
    issuer: GITHUB_ISSUER,
    rules: undefined,
  };
  return () => blob({ identity: { kind, value }, issuer }, { policy });
}

interface Altered {
  readonly kind?: 'uri' | 'email' | 'dns';
  readonly issuer?: string;
}

function notThatRelease(name: string, value: string, altered: Altered = {}): Vector {
  return refused(`workflow-${name}_fail`, 'identity-mismatch', 'identity', atTag(value, altered));
}

const two = { kind: 'email', value: 'second@example.com' } as const;
const right = { kind: 'email', value: KUBERNETES_IDENTITY } as const;

export const IDENTITY_VECTORS: readonly Vector[] = [
  accepted('identity-email', () => blob()),
  accepted('identity-uri', () =>
    blob({ identity: WORKFLOW, issuer: GITHUB_ISSUER }, expecting(WORKFLOW, GITHUB_ISSUER)),
  ),
  accepted('identity-user-name', () =>
    blob(
      { identity: { kind: 'other-name', oid: '1.3.6.1.4.1.57264.1.7', value: 'releaser!example.com' } },
      expecting('releaser!example.com'),
    ),
  ),
  accepted('identity-second-of-two-acceptable', () =>
    blob(
      { identity: 'new-signer@example.com' },
      {
        policy: {
          kind: 'certificate-identity',
          identities: [
            { subjectAlternativeName: KUBERNETES_IDENTITY, issuer: KUBERNETES_ISSUER },
            { subjectAlternativeName: 'new-signer@example.com', issuer: KUBERNETES_ISSUER },
          ],
          rules: undefined,
        },
      },
    ),
  ),
  accepted('identity-certificate-of-2022-with-issuer-v1-alone', () => blob({ shape: '2022' })),
  accepted('identity-certificate-of-2026-without-key-identifier', () => blob({ shape: '2026' })),
  accepted('identity-issuer-v2-alone', () => blob({ alter: (leaf) => withoutExtension(leaf, OID.issuerV1) })),

  refused('identity-with-prefix_fail', 'identity-mismatch', 'identity', () =>
    blob({ identity: `not-${KUBERNETES_IDENTITY}` }),
  ),
  refused('identity-with-suffix_fail', 'identity-mismatch', 'identity', () =>
    blob({ identity: `${KUBERNETES_IDENTITY}.evil.example` }),
  ),
  refused('identity-very-long_fail', 'identity-mismatch', 'identity', () =>
    blob({ identity: `${'x'.repeat(20_000)}@example.com` }),
  ),
  refused('identity-in-other-case_fail', 'identity-mismatch', 'identity', () =>
    blob({ identity: KUBERNETES_IDENTITY.toUpperCase() }),
  ),
  refused('identity-where-a-dot-matched-any-character_fail', 'identity-mismatch', 'identity', () =>
    blob({ identity: KUBERNETES_IDENTITY.replaceAll('.', 'x') }),
  ),
  refused('identity-expected-as-a-pattern_fail', 'identity-mismatch', 'identity', () =>
    blob({}, expecting('.*')),
  ),
  refused('identity-empty-expectation_fail', 'identity-mismatch', 'identity', () => blob({}, expecting(''))),
  refused('identity-nobody-acceptable_fail', 'identity-mismatch', 'identity', () =>
    blob({}, { policy: { kind: 'certificate-identity', identities: [], rules: undefined } }),
  ),
  refused('identity-email-address-in-a-uri_fail', 'identity-mismatch', 'identity', () =>
    blob({ identity: { kind: 'uri', value: KUBERNETES_IDENTITY } }),
  ),
  refused('identity-uri-in-an-email-address_fail', 'identity-mismatch', 'identity', () =>
    blob({ identity: { kind: 'email', value: WORKFLOW } }, expecting(WORKFLOW)),
  ),
  refused('identity-email-address-in-a-dns-name_fail', 'identity-mismatch', 'identity', () =>
    blob({ identity: { kind: 'dns', value: KUBERNETES_IDENTITY } }),
  ),
  refused('identity-other-name-of-another-type_fail', 'identity-mismatch', 'identity', () =>
    blob(
      { identity: { kind: 'other-name', oid: '1.3.6.1.4.1.57264.1.99', value: 'releaser!example.com' } },
      expecting('releaser!example.com'),
    ),
  ),
  refused('identity-two-names-right-first_fail', 'identity-mismatch', 'identity', () =>
    blob({ identity: [right, two] }),
  ),
  refused('identity-two-names-right-second_fail', 'identity-mismatch', 'identity', () =>
    blob({ identity: [two, right] }),
  ),
  refused('identity-same-name-twice_fail', 'identity-mismatch', 'identity', () =>
    blob({ identity: [right, right] }),
  ),
  refused('identity-no-name_fail', 'identity-mismatch', 'identity', () =>
    blob({ alter: (leaf) => withoutExtension(leaf, OID.subjectAlternativeName) }),
  ),
  refused('identity-empty-list-of-names_fail', 'identity-mismatch', 'identity', () => blob({ identity: [] })),
  refused('identity-with-a-nul_fail', 'material-malformed', 'material', () =>
    blob({ identity: { kind: 'email', value: `${KUBERNETES_IDENTITY}\0.evil.example` } }),
  ),
  refused('identity-with-a-newline_fail', 'material-malformed', 'material', () =>
    blob({ identity: { kind: 'email', value: `${KUBERNETES_IDENTITY}\n` } }),
  ),
  refused('identity-beyond-ascii_fail', 'material-malformed', 'material', () =>
    blob({ identity: { kind: 'email', value: KUBERNETES_IDENTITY.replace('a', '\u0430') } }),
  ),

  refused('issuer-other_fail', 'identity-mismatch', 'identity', () =>
    blob({ issuer: 'https://accounts.example.com' }),
  ),
  refused('issuer-with-suffix_fail', 'identity-mismatch', 'identity', () =>
    blob({ issuer: `${KUBERNETES_ISSUER}.evil.example` }),
  ),
  refused('issuer-with-slash_fail', 'identity-mismatch', 'identity', () =>
    blob({ issuer: `${KUBERNETES_ISSUER}/` }),
  ),
  refused('issuer-missing_fail', 'identity-mismatch', 'identity', () =>
    blob({ shape: '2022', alter: (leaf) => withoutExtension(leaf, OID.issuerV1) }),
  ),
  refused('issuer-extensions-differ-v2-right_fail', 'identity-mismatch', 'identity', () =>
    blob({ alter: (leaf) => withExtension(leaf, extension.rawText(OID.issuerV1, 'https://evil.example')) }),
  ),
  refused('issuer-extensions-differ-v1-right_fail', 'identity-mismatch', 'identity', () =>
    blob({ alter: (leaf) => withExtension(leaf, extension.utf8Text(OID.issuerV2, 'https://evil.example')) }),
  ),
  refused('issuer-v2-not-a-string_fail', 'material-malformed', 'material', () =>
    blob({ alter: (leaf) => withExtension(leaf, extension.rawText(OID.issuerV2, KUBERNETES_ISSUER)) }),
  ),
  refused('issuer-with-a-newline_fail', 'material-malformed', 'material', () =>
    blob({ issuer: `${KUBERNETES_ISSUER}\n` }),
  ),

  accepted('workflow-at-a-version-tag', atTag(`${RELEASE}@refs/tags/v0.1.0`)),
  accepted('workflow-at-a-later-version-tag', atTag(`${RELEASE}@refs/tags/v10.20.30`)),
  notThatRelease('at-a-branch', `${RELEASE}@refs/heads/main`),
  notThatRelease('at-a-branch-called-like-a-version', `${RELEASE}@refs/heads/v1.2.3`),
  notThatRelease('at-a-pull-request', `${RELEASE}@refs/pull/1/merge`),
  notThatRelease('at-a-tag-with-suffix', `${RELEASE}@refs/tags/v1.2.3x`),
  notThatRelease('at-a-tag-of-a-pre-release', `${RELEASE}@refs/tags/v1.2.3-rc.1`),
  notThatRelease('at-a-tag-with-a-leading-zero', `${RELEASE}@refs/tags/v1.02.3`),
  notThatRelease('at-a-tag-of-two-numbers', `${RELEASE}@refs/tags/v1.2`),
  notThatRelease('at-a-tag-without-v', `${RELEASE}@refs/tags/1.2.3`),
  notThatRelease('at-a-tag-in-a-folder', `${RELEASE}@refs/tags/x/v1.2.3`),
  notThatRelease('at-no-tag', `${RELEASE}@refs/tags/`),
  notThatRelease('without-ref', RELEASE),
  notThatRelease('of-another-file', `${RELEASE.replace('release', 'check')}@refs/tags/v1.2.3`),
  notThatRelease(
    'of-another-file-with-prefix',
    `${RELEASE.replace('release', 'x-release')}@refs/tags/v1.2.3`,
  ),
  notThatRelease('of-another-repository', `${RELEASE.replace('k8s', 'k9s')}@refs/tags/v1.2.3`),
  notThatRelease('of-another-owner', `${RELEASE.replace('Some', 'Any')}@refs/tags/v1.2.3`),
  notThatRelease('of-an-owner-in-other-case', `${RELEASE.replace('Some', 'some')}@refs/tags/v1.2.3`),
  notThatRelease('where-a-dot-matched-any-character', `${RELEASE.replace('k8s.', 'k8s-')}@refs/tags/v1.2.3`),
  notThatRelease('behind-another-one', `https://evil.example/${RELEASE}@refs/tags/v1.2.3`),
  notThatRelease(
    'behind-user-info',
    `${RELEASE.replace('github.com', 'github.com@evil.example')}@refs/tags/v1.2.3`,
  ),
  notThatRelease(
    'on-another-host',
    `${RELEASE.replace('github.com', 'github.com.evil.example')}@refs/tags/v1.2.3`,
  ),
  notThatRelease('without-encryption', `${RELEASE.replace('https', 'http')}@refs/tags/v1.2.3`),
  notThatRelease('with-a-second-ref', `${RELEASE}@refs/heads/x@refs/tags/v1.2.3`),
  notThatRelease('in-an-email-address', `${RELEASE}@refs/tags/v1.2.3`, { kind: 'email' }),
  notThatRelease('in-a-dns-name', `${RELEASE}@refs/tags/v1.2.3`, { kind: 'dns' }),
  notThatRelease('by-another-issuer', `${RELEASE}@refs/tags/v1.2.3`, {
    issuer: 'https://accounts.google.com',
  }),
  notThatRelease('by-an-issuer-with-suffix', `${RELEASE}@refs/tags/v1.2.3`, {
    issuer: `${GITHUB_ISSUER}.evil.example`,
  }),
  refused(
    'workflow-with-a-newline_fail',
    'material-malformed',
    'material',
    atTag(`${RELEASE}@refs/tags/v1.2.3\n`),
  ),
];
