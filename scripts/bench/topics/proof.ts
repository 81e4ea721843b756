import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KUBERNETES_RELEASE_SIGNERS } from '../../../src/release/signer.ts';
import { type Bench, k8sVerify, race } from '../bench.ts';
import type { ProofOrder, ProofTimes } from '../proof-loop.ts';
import { ratioRow, type Row } from '../row.ts';
import { writeTufCache } from '../tuf-cache.ts';
import { startWorld } from '../world.ts';

const PROOFS = 120;
/** Proofs before those that are timed, until V8 has compiled what a proof runs. */
const WARM_UP = 400;
const MAX_RATIO = 0.6;

/** Bundle in, verdict out, with nothing to hash: by this project and by `sigstore`'s own verify. */
export async function proof(bench: Bench): Promise<readonly Row[]> {
  const files = Array.from({ length: WARM_UP + PROOFS }, (_, index) => {
    const path = join(bench.directory, `few-bytes-${index}`);
    writeFileSync(path, `artifact ${index} of a proof that should not be about hashing\n`);
    return path;
  });
  const [file = ''] = files;
  await using world = await startWorld({
    directory: bench.directory,
    links: [],
    artifacts: [],
    bundled: files,
  });
  const bundle = `${file}.sigstore.json`;
  const trustedRoot = world.trustedRootPath;
  const identity = KUBERNETES_RELEASE_SIGNERS[0]?.identity;
  const sigstore = {
    ...writeTufCache(join(bench.directory, 'tuf'), readFileSync(trustedRoot, 'utf8')),
    certificateIssuer: identity?.issuer ?? '',
    certificateIdentityEmail: identity?.subjectAlternativeName ?? '',
  };
  const processes = raceOfProcesses(bench, { file, bundle, trustedRoot, sigstore });
  return [processes, loops(bench, { files, warmUp: WARM_UP, trustedRoot, sigstore })];
}

interface OneProof extends Pick<ProofOrder, 'trustedRoot' | 'sigstore'> {
  readonly file: string;
  readonly bundle: string;
}

function raceOfProcesses(bench: Bench, order: OneProof): Row {
  const { file, bundle, trustedRoot, sigstore } = order;
  const digest = createHash('sha256').update(readFileSync(file)).digest('hex');
  const program = process.execPath;
  const script = fileURLToPath(new URL('../proof-by-sigstore.mjs', import.meta.url));
  const name = 'one proof, as a process';
  const [ours = [], theirs = []] = race(
    bench,
    name,
    [
      {
        name: 'k8s-verify',
        commands: [
          k8sVerify('verify', `sha256:${digest}`, '--bundle', bundle, '--trusted-root', trustedRoot),
        ],
      },
      {
        name: 'sigstore',
        commands: [{ program, args: [script, bundle, file, JSON.stringify(sigstore)] }],
      },
    ],
    { peak: true },
  );
  return ratioRow(name, ours, { name: 'sigstore', runs: theirs });
}

function loops(bench: Bench, order: ProofOrder): Row {
  const script = fileURLToPath(new URL('../proof-loop.ts', import.meta.url));
  const times = Array.from({ length: bench.runs }, (): ProofTimes => {
    return JSON.parse(execFileSync(process.execPath, [script, JSON.stringify(order)], { encoding: 'utf8' }));
  });
  const runsOf = (ms: (times: ProofTimes) => number): Parameters<typeof ratioRow>[1] =>
    times.map((one) => ({ seconds: ms(one) / 1000, cpuSeconds: undefined, peakBytes: undefined }));
  const theirs = runsOf(({ sigstoreMs }) => sigstoreMs);
  return ratioRow(
    `${PROOFS} proofs, in a warm process`,
    runsOf(({ oursMs }) => oursMs),
    { name: 'sigstore', runs: theirs },
    MAX_RATIO,
  );
}
