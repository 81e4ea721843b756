/**
 * `node scripts/make-sample.ts`: writes src/flow/sample.ts, the sample that k8s-verify proves before it refuses anything.
 *
 * A Sigstore that lives only while this runs signs one digest twice: once as Kubernetes releases are signed (Rekor v1:
 * signed entry timestamp, inclusion proof and checkpoint by ECDSA keys), and once with Rekor v2 (a checkpoint by an
 * Ed25519 key, an RFC 3161 timestamp). Its keys are gone when it ends, and nothing but the sample is held against its
 * trusted root. It was run once; to run it again is only needed where the proof takes in a new kind of key or evidence.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createLocalSigstore } from '#support/local-sigstore';
import { ROOT } from './bundle.ts';
import { SAMPLE_CONTENT } from './sample-content.ts';

const CONTENT = Buffer.from(SAMPLE_CONTENT);
const IDENTITY = 'sample@k8s-verify.test';
const ISSUER = 'https://issuer.k8s-verify.test';

const sigstore = createLocalSigstore();
const signed = (['rekor-v1', 'rekor-v2'] as const).map((log) =>
  sigstore.signBlob({ bytes: CONTENT, identity: IDENTITY, issuer: ISSUER, log }).bundle('0.3'),
);
const sha256 = createHash('sha256').update(CONTENT).digest('hex');
/** What is not ASCII, as JSON escapes it: V8 holds a chunk of plain ASCII in half the memory. */
const escaped = (json: string): string =>
  json.replace(/[^\x20-\x7e]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
/** Compact, and as text: it is read by the readers of bundles and trusted roots, as a user's are. */
const text = (json: string): string => JSON.stringify(escaped(JSON.stringify(JSON.parse(json))));

writeFileSync(
  path.join(ROOT, 'src/flow/sample.ts'),
  `/** Written by scripts/make-sample.ts, which says what this is. */

export const SAMPLE_SHA256 = '${sha256}';
export const SAMPLE_SIGNER = { subjectAlternativeName: '${IDENTITY}', issuer: '${ISSUER}' } as const;
/** A minute after the sample was signed. */
export const SAMPLE_TIME = '${new Date(Date.now() + 60_000).toISOString()}';
export const SAMPLE_TRUSTED_ROOT =
  ${text(sigstore.trustedRoot())};
export const SAMPLE_BUNDLES: readonly string[] = [
  ${signed.map(text).join(',\n  ')},
];
`,
);
