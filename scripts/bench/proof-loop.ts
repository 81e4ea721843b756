/**
 * Times the proofs of many bundles inside one process, without reading, hashing or loading anything: by this project and
 * by sigstore-js. Each bundle is another signing, and is proved once by each. Prints what each took in all, in
 * milliseconds, as JSON.
 *
 *     node proof-loop.ts '{ "files": [...], "warmUp": 200, "trustedRoot": ..., "sigstore": {...} }'
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createVerifier, type VerifyOptions } from 'sigstore';
import { readBundle } from '../../src/evidence/read-bundle.ts';
import { proveDigest } from '../../src/proof/prove-digest.ts';
import { KUBERNETES_RELEASE_SIGNERS } from '../../src/release/signer.ts';
import { loadTrustMaterial } from '../../src/trust/load-trust-material.ts';

export interface ProofOrder {
  /** Artifacts of a few bytes, each with its bundle next to it. */
  readonly files: readonly string[];
  /** So many of them are proved first, and not timed. */
  readonly warmUp: number;
  readonly trustedRoot: string;
  readonly sigstore: VerifyOptions;
}

export interface ProofTimes {
  readonly oursMs: number;
  readonly sigstoreMs: number;
}

const order: ProofOrder = JSON.parse(process.argv[2] ?? '');
const trust = await loadTrustMaterial(order.trustedRoot, new Date());
const identities = KUBERNETES_RELEASE_SIGNERS.map(({ identity }) => identity);
const policy = { kind: 'certificate-identity', identities, rules: undefined } as const;
const sigstore = await createVerifier(order.sigstore);

interface Signing {
  readonly artifact: Buffer;
  readonly bundle: Buffer;
  readonly hex: string;
}

const signings = order.files.map((file): Signing => {
  const artifact = readFileSync(file);
  const hex = createHash('sha256').update(artifact).digest('hex');
  return { artifact, bundle: readFileSync(`${file}.sigstore.json`), hex };
});

const contestants = [
  ({ bundle, hex }: Signing) => {
    const subject = { kind: 'digest', digest: { algorithm: 'sha256', hex } } as const;
    return proveDigest(readBundle(bundle), subject, policy, trust);
  },
  ({ bundle, artifact }: Signing) => sigstore.verify(JSON.parse(bundle.toString('utf8')), artifact),
] as const;

const [warmUp, timed] = [signings.slice(0, order.warmUp), signings.slice(order.warmUp)];
for (const signing of warmUp) for (const prove of contestants) prove(signing);

/** All of them by one, and not in turn with the other: each is to have the processor's caches for itself. */
function timeOf(prove: (typeof contestants)[number]): number {
  const start = performance.now();
  for (const signing of timed) prove(signing);
  return performance.now() - start;
}

const [ours, theirs] = contestants;
const times: ProofTimes = { oursMs: timeOf(ours), sigstoreMs: timeOf(theirs) };
console.log(JSON.stringify(times));
