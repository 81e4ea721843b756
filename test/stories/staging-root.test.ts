/** The trusted root of Sigstore's staging instance in 2026: rotated logs, and overlapping authorities under one URL. */
import { expect, it } from 'vitest';
import { createClient } from '../../src/client.ts';
import { verifyFile } from '../../src/verify.ts';
import { sharedFile } from '#support/shared';

const trustedRootFile = sharedFile('data/trusted-roots/staging-2026.json');
const cases = sharedFile('conformance/cases');

it
  .skipIf(trustedRootFile === undefined || cases === undefined)
  .each(['rekor2-timestamp-with-embedded-cert', 'rekor2-timestamp-without-embedded-cert'])(
  'proves %s, which staging signed (needs ../shared)',
  async (name) => {
    await using client = createClient({ retries: 0 });
    const { artifacts } = await verifyFile(
      {
        subject: { kind: 'file', path: `${cases}/a.txt` },
        evidence: { kind: 'bundle', path: `${cases}/${name}/bundle.sigstore.json` },
        trustedRootFile: trustedRootFile ?? '',
        identity: {
          subjectAlternativeName:
            'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main',
          issuer: 'https://token.actions.githubusercontent.com',
        },
      },
      client,
    );
    expect(artifacts).toMatchObject([
      { claim: 'genuine', trustedRoot: { source: 'file', path: trustedRootFile } },
    ]);
  },
);
