import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../src/evidence/evidence.ts';
import { readBundle } from '../../../src/evidence/read-bundle.ts';
import { checkDetachedSignature } from '../../../src/proof/check-detached-signature.ts';
import { proveDigest, type ProvenDigest } from '../../../src/proof/prove-digest.ts';
import type { ClaimPolicy } from '../../../src/policy/policy.ts';
import type { CertificateIdentity } from '../../../src/release/signer.ts';
import { embeddedRootBytes } from '../../../src/trust/embedded-root.ts';
import { readTrustedRoot } from '../../../src/trust/read-trusted-root.ts';
import { sharedFile } from '#support/shared';

const GITHUB = 'https://token.actions.githubusercontent.com';
const GOOGLE = 'https://accounts.google.com';
const BEACON =
  'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main';

const trust = readTrustedRoot(embeddedRootBytes(), { kind: 'embedded', name: 'sigstore-public-good' });
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

function prove(
  bundle: Evidence,
  hex: string,
  identity: CertificateIdentity,
  more: ClaimPolicy = {},
): ProvenDigest {
  return proveDigest(
    bundle,
    { kind: 'digest', digest: { algorithm: 'sha256', hex } },
    { kind: 'certificate-identity', identities: [identity], rules: undefined, ...more },
    trust,
  );
}

const whl = sharedFile('real/sigstore-python-rfc8785-whl');
const a = sharedFile('real/conformance-a.txt');
const vsa = sharedFile('real/vsa-promoter-summaries-2026-10-06/signed-statement.sigstore.json');
const kubectl = sharedFile('real/kubectl-v1.26.0-rc.1-linux-amd64');
const read = (name: string): Buffer => readFileSync(`${kubectl}/${name}`);

// Recorded from the public-good instance and no part of the project: read in place, where present.
describe.skipIf(whl === undefined || a === undefined || vsa === undefined || kubectl === undefined)(
  'real evidence, with the embedded root (needs ../shared)',
  () => {
    it.each([
      [
        `${whl}/bundle_v3_github.whl`,
        'https://github.com/trailofbits/rfc8785.py/.github/workflows/release.yml@refs/tags/v0.1.2',
      ],
      [`${a}/a.txt`, BEACON],
    ])('proves %s', (file, subjectAlternativeName) => {
      const proven = prove(readBundle(readFileSync(`${file}.sigstore.json`)), sha256(file), {
        subjectAlternativeName,
        issuer: GITHUB,
      });
      expect(proven.signer).toEqual({ kind: 'certificate-identity', subjectAlternativeName, issuer: GITHUB });
      expect(Object.values(proven.checks).map(({ outcome }) => outcome)).toEqual(Array(10).fill('passed'));
    });

    it("proves the promoter's signed summary of 2026, and refuses it for its identity alone", () => {
      const bundle = readBundle(readFileSync(vsa ?? ''));
      const payload = bundle.content.kind === 'dsse' ? Buffer.from(bundle.content.payload).toString() : '';
      const hex = /"sha256":\s*"([0-9a-f]{64})"/.exec(payload)?.[1] ?? '';
      const promoter = 'promoter-summaries@k8s-releng-prod.iam.gserviceaccount.com';
      const krel = 'krel-staging@k8s-releng-prod.iam.gserviceaccount.com';
      const asked = { predicateTypes: ['https://slsa.dev/verification_summary/v1'] };
      const proven = prove(bundle, hex, { subjectAlternativeName: promoter, issuer: GOOGLE }, asked);
      expect(proven.logEntries).toHaveLength(1);
      expect(proven.claim).toEqual({ kind: 'attested', predicateType: asked.predicateTypes[0] });
      expect(() => prove(bundle, hex, { subjectAlternativeName: krel, issuer: GOOGLE }, asked)).toThrow(
        expect.objectContaining({ code: 'identity-mismatch', found: expect.stringContaining(promoter) }),
      );
    });

    it.each<[string, ClaimPolicy]>([
      ['is not asked for', {}],
      ['is not of the type that is asked for', { predicateTypes: ['https://slsa.dev/provenance/v1'] }],
    ])("takes the promoter's summary for nothing where it %s", (_, asked) => {
      const bundle = readBundle(readFileSync(vsa ?? ''));
      const promoter = 'promoter-summaries@k8s-releng-prod.iam.gserviceaccount.com';
      const hex = '5ef0ab5aee2157251534834fd1e124d3866df83674bf12b33244cd6ceb5dc9ad';
      expect(() => prove(bundle, hex, { subjectAlternativeName: promoter, issuer: GOOGLE }, asked)).toThrow(
        expect.objectContaining({
          code: 'claim-mismatch',
          found: expect.stringContaining('https://slsa.dev/verification_summary/v1'),
        }),
      );
    });

    it('checks the detached pair of kubectl v1.26.0-rc.1 before any network', () => {
      const pem = Buffer.from(read('kubectl.cert').toString(), 'base64').toString();
      const pair = {
        signature: Buffer.from(read('kubectl.sig').toString(), 'base64'),
        certificate: Buffer.from(pem.replaceAll(/-----[A-Z ]+-----|\s/g, ''), 'base64'),
      };
      const hex = /"value":\s*"([0-9a-f]{64})"/.exec(read('rekor-body-canonical.json').toString())?.[1] ?? '';
      const digest = { algorithm: 'sha256', hex } as const;
      expect(checkDetachedSignature(pair, { kind: 'digest', digest })).toMatchObject({
        subjectAlternativeNames: [
          { type: 'email', value: 'krel-staging@k8s-releng-prod.iam.gserviceaccount.com' },
        ],
        issuers: [GOOGLE],
      });
      const other = { ...digest, hex: `0${hex.slice(1)}` };
      expect(() => checkDetachedSignature(pair, { kind: 'digest', digest: other })).toThrow(
        expect.objectContaining({ code: 'signature-mismatch', check: 'signature' }),
      );
    });
  },
);
