import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { decodeBase64, encodeBase64 } from '../../src/strict/base64.ts';
import type { Evidence } from '../../src/evidence/evidence.ts';
import { parseCertificateFile, parseSignatureFile } from '../../src/evidence/detached-material.ts';
import { canonicalBody, type HashedRekord, hashedRekordEntry } from '../../src/evidence/hashedrekord.ts';
import { readBundle } from '../../src/evidence/read-bundle.ts';
import { openProof } from '../../src/proof/proof.ts';
import { proveDigest } from '../../src/proof/prove-digest.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { PROOF_STEPS } from '../../src/proof/steps.ts';
import { allReleaseSigners } from '../../src/release/signer.ts';
import { loadTrustMaterial } from '../../src/trust/load-trust-material.ts';
import { verifyFile } from '../../src/verify.ts';
import { createClient } from '../../src/client.ts';
import { LoopbackServer } from '#support/http/loopback-server';
import { sharedFile } from '#support/shared';
import { testDir } from '#support/test-dir';
import { thrownBy } from '#support/thrown-by';

const KUBECTL = join(import.meta.dirname, '../fixtures/kubectl-v1.26.0-rc.1-linux-amd64');
const KUBERNETES: Policy = {
  kind: 'certificate-identity',
  identities: allReleaseSigners(),
  rules: undefined,
};
const GOOGLE = 'https://accounts.google.com';

const recorded = sharedFile('real/conformance-a.txt');
const capi = sharedFile('real/capi-controller-v1.5.0-image-signature');

describe('the first signed kubectl, v1.26.0-rc.1, with the embedded root', () => {
  const digest = {
    algorithm: 'sha256',
    hex: '982dfe7eb5c27120de6262d30fa3e8029bc1da9e632ce70570e9c921d2851fc2',
  } as const;
  const material = {
    signature: parseSignatureFile(readFileSync(join(KUBECTL, 'kubectl.sig')), 'kubectl.sig'),
    certificate: parseCertificateFile(readFileSync(join(KUBECTL, 'kubectl.cert')), 'kubectl.cert'),
  };
  /** The entry as published, with a signed entry timestamp made up: the real one is not public here. */
  const evidence: Evidence = {
    version: '0.3',
    content: { kind: 'message-signature', digest, signature: material.signature },
    key: { kind: 'certificate', leaf: material.certificate, chain: [material.certificate] },
    logEntries: [
      {
        logIndex: 8173886n,
        logId: decodeBase64('wNI9atQGlz+VWfO6LRygH4QUfY/8W4RFwiT5i5WRgB0=', 'the log ID'),
        kind: 'hashedrekord',
        version: '0.0.1',
        integratedTime: 1669834747n,
        signedEntryTimestamp: Buffer.from('no signature'),
        inclusionProof: undefined,
        canonicalizedBody: canonicalBody(hashedRekordEntry(material, digest)),
      },
    ],
    timestamps: [],
  };

  it.each(['artifact', 'log-trusted', 'profile', 'chain', 'identity', 'entry-signer', 'entry-hash'])(
    'passes the step %s: signature, chain, SCT and identity hold at the published time',
    async (name) => {
      const trust = await loadTrustMaterial(undefined, new Date());
      const proof = openProof(evidence, { kind: 'digest', digest }, KUBERNETES, trust);
      const step = PROOF_STEPS.find((one) => one.name === name);
      if (step === undefined) throw new Error(`there is no step ${name}`);
      expect(() => step.verify(proof)).not.toThrow();
    },
  );

  it('is not proved without the signed entry timestamp', async () => {
    const trust = await loadTrustMaterial(undefined, new Date());
    const error = thrownBy(() => proveDigest(evidence, { kind: 'digest', digest }, KUBERNETES, trust));
    expect(error).toMatchObject({ code: 'log-entry-invalid', check: 'set' });
  });
});

// Recorded from the public-good instance and no part of the project: read in place, where present.
describe.skipIf(recorded === undefined)('a recorded detached pair and log answer (needs ../shared)', () => {
  const identity = {
    subjectAlternativeName:
      'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main',
    issuer: 'https://token.actions.githubusercontent.com',
  };
  const artifact = join(recorded ?? '', 'a.txt');

  async function startRecordedLog(): Promise<LoopbackServer> {
    const entry = readFileSync(join(recorded ?? '', 'a.txt.rekor-entry.json'), 'utf8');
    const server = await LoopbackServer.start(() => ({ status: 200, headers: {}, body: `[${entry}]` }));
    onTestFinished(() => server.close());
    return server;
  }

  it('is proven whole, and its bundle proves it again without a network', async () => {
    const log = await startRecordedLog();
    const dir = await testDir();
    const world = createClient();
    onTestFinished(() => world.http.close());
    const subject = { kind: 'file', path: artifact } as const;
    const bundle = dir.join('a.txt.sigstore.json');
    const pair = {
      kind: 'detached',
      signaturePath: `${artifact}.sig`,
      certificatePath: `${artifact}.cert`,
    } as const;
    const first = await verifyFile(
      { subject, evidence: pair, identity, rekorUrl: log.url, saveBundlePath: bundle },
      world,
    );
    expect(first.artifacts[0]).toMatchObject({
      outcome: 'verified',
      evidence: { kind: 'detached' },
      logEntries: [{ logIndex: '38966124', logUrl: 'https://rekor.sigstore.dev' }],
      trustedRoot: { source: 'embedded' },
    });
    const outcomes = Object.values(first.artifacts[0]?.checks ?? {}).map(({ outcome }) => outcome);
    expect(new Set(outcomes)).toEqual(new Set(['passed']));
    const asked = log.requests.length;
    const again = await verifyFile({ subject, evidence: { kind: 'bundle', path: bundle }, identity }, world);
    expect(again.artifacts[0]?.sha256).toBe(sha256(artifact));
    expect(log.requests.length).toBe(asked);
  });

  it('is refused as a Kubernetes release', async () => {
    const log = await startRecordedLog();
    const world = createClient();
    onTestFinished(() => world.http.close());
    const request = { subject: { kind: 'file', path: artifact }, evidence: { kind: 'beside' } } as const;
    const dir = await testDir();
    for (const suffix of ['', '.sig', '.cert']) {
      writeFileSync(dir.join(`a.txt${suffix}`), readFileSync(`${artifact}${suffix}`));
    }
    const subject = { kind: 'file', path: dir.join('a.txt') } as const;
    await expect(verifyFile({ ...request, subject, rekorUrl: log.url }, world)).rejects.toMatchObject({
      code: 'identity-mismatch',
      check: 'identity',
    });
  });
});

describe.skipIf(capi === undefined)(
  "a recorded signature by Kubernetes' image promoter (needs ../shared)",
  () => {
    it('is valid, and is refused for its identity alone', async () => {
      const trust = await loadTrustMaterial(undefined, new Date());
      const payload = readFileSync(join(capi ?? '', 'simplesigning-payload.json'));
      const hex = createHash('sha256').update(payload).digest('hex');
      const annotation: CosignBundle = JSON.parse(
        readFileSync(join(capi ?? '', 'cosign-bundle-annotation.json'), 'utf8'),
      );
      const evidence = readBundle(Buffer.from(JSON.stringify(bundleOf(annotation, hex))));
      const subject = { kind: 'digest', digest: { algorithm: 'sha256', hex } } as const;
      const promoter = 'krel-trust@k8s-releng-prod.iam.gserviceaccount.com';
      const trusted: Policy = {
        kind: 'certificate-identity',
        identities: [{ subjectAlternativeName: promoter, issuer: GOOGLE }],
        rules: undefined,
      };
      expect(proveDigest(evidence, subject, trusted, trust).signer).toMatchObject({
        subjectAlternativeName: promoter,
      });
      const error = thrownBy(() => proveDigest(evidence, subject, KUBERNETES, trust));
      expect(error).toMatchObject({ code: 'identity-mismatch', check: 'identity' });
      expect(error.found).toContain(promoter);
    });
  },
);

/** What cosign keeps in an image's `dev.sigstore.cosign/bundle` annotation. */
interface CosignBundle {
  readonly SignedEntryTimestamp: string;
  readonly Payload: {
    readonly body: string;
    readonly integratedTime: number;
    readonly logIndex: number;
    readonly logID: string;
  };
}

/** The same as a Sigstore bundle v0.1, with a signed entry timestamp and no inclusion proof. */
function bundleOf({ SignedEntryTimestamp, Payload }: CosignBundle, hex: string): unknown {
  const { spec }: HashedRekord = JSON.parse(Buffer.from(Payload.body, 'base64').toString());
  const rawBytes = encodeBase64(
    parseCertificateFile(Buffer.from(spec.signature.publicKey.content), 'the recorded certificate'),
  );
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
    verificationMaterial: {
      x509CertificateChain: { certificates: [{ rawBytes }] },
      tlogEntries: [
        {
          logIndex: String(Payload.logIndex),
          logId: { keyId: encodeBase64(Buffer.from(Payload.logID, 'hex')) },
          kindVersion: { kind: 'hashedrekord', version: '0.0.1' },
          integratedTime: String(Payload.integratedTime),
          inclusionPromise: { signedEntryTimestamp: SignedEntryTimestamp },
          canonicalizedBody: Payload.body,
        },
      ],
    },
    messageSignature: {
      messageDigest: { algorithm: 'SHA2_256', digest: encodeBase64(Buffer.from(hex, 'hex')) },
      signature: spec.signature.content,
    },
  };
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
