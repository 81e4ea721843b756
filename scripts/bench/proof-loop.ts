/**
 * Times the proofs of many bundles inside one process, without reading, hashing or loading anything: by this project and
 * by sigstore-js, in turn. Each bundle is another signing, and is proved once by each. Prints what each took in all, in
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
const policy = { kind: 'certificate-identity', identities } as const;
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

function timeOf(prove: () => unknown): number {
  const start = performance.now();
  prove();
  return performance.now() - start;
}

const totals = [0, 0];
for (const [round, signing] of signings.entries()) {
  for (const [index, prove] of contestants.entries()) {
    const time = timeOf(() => prove(signing));
    if (round >= order.warmUp) totals[index] = (totals[index] ?? 0) + time;
  }
}
const [oursMs = 0, sigstoreMs = 0] = totals;
const times: ProofTimes = { oursMs, sigstoreMs };
console.log(JSON.stringify(times));
