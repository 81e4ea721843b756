/**
 * Times proofs of one bundle inside one process, without reading, hashing or loading anything: by this project and by
 * sigstore-js, in turn. Prints the median of each, in milliseconds, as JSON.
 *
 *     node proof-loop.ts '{ "bundle": ..., "file": ..., "trustedRoot": ..., "sigstore": {...}, "rounds": 200 }'
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createVerifier, type VerifyOptions } from 'sigstore';
import { readBundle } from '../../src/evidence/read-bundle.ts';
import { proveDigest } from '../../src/proof/prove-digest.ts';
import { KUBERNETES_RELEASE_SIGNERS } from '../../src/release/signer.ts';
import { loadTrustMaterial } from '../../src/trust/load-trust-material.ts';
import { median } from './row.ts';

export interface ProofOrder {
  readonly bundle: string;
  /** The artifact: a few bytes. */
  readonly file: string;
  readonly trustedRoot: string;
  readonly sigstore: VerifyOptions;
  readonly rounds: number;
}

export interface ProofTimes {
  readonly oursMs: number;
  readonly sigstoreMs: number;
}

const order: ProofOrder = JSON.parse(process.argv[2] ?? '');
const artifact = readFileSync(order.file);
const bundle = readFileSync(order.bundle);
const subject = {
  kind: 'digest',
  digest: { algorithm: 'sha256', hex: createHash('sha256').update(artifact).digest('hex') },
} as const;
const trust = await loadTrustMaterial(order.trustedRoot, new Date());
const identities = KUBERNETES_RELEASE_SIGNERS.map(({ identity }) => identity);
const policy = { kind: 'certificate-identity', identities } as const;
const sigstore = await createVerifier(order.sigstore);

const contestants = [
  () => proveDigest(readBundle(bundle), subject, policy, trust),
  () => sigstore.verify(JSON.parse(bundle.toString('utf8')), artifact),
] as const;

function timeOf(prove: () => unknown): number {
  const start = performance.now();
  prove();
  return performance.now() - start;
}

const times = contestants.map((): number[] => []);
for (let round = -20; round < order.rounds; round += 1) {
  for (const [index, prove] of contestants.entries()) {
    const time = timeOf(prove);
    if (round >= 0) times[index]?.push(time);
  }
}
const [oursMs, sigstoreMs] = times.map(median);
console.log(JSON.stringify({ oursMs, sigstoreMs }));
