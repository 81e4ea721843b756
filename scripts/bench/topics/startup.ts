import { type Bench, k8sVerify, NODE_THAT_DOES_NOTHING, race } from '../bench.ts';
import { ratioRow, type Row } from '../row.ts';

/** Without any cache of compiled code. */
const MAX_RATIO = 1.7;

/** What it costs to say hello: runs of this length are cheap, so there are three times as many. */
export async function startup(bench: Bench): Promise<readonly Row[]> {
  const words = ['--version', '--help'];
  const contestants = [
    { name: 'node -e 0', commands: [NODE_THAT_DOES_NOTHING] },
    ...words.map((word) => ({ name: `k8s-verify ${word}`, commands: [k8sVerify(word)] })),
  ];
  const [nothing = [], ...ours] = race(bench, 'startup', contestants, { runs: bench.runs * 3 });
  return words.map((word, index) =>
    ratioRow(word, ours[index] ?? [], { name: 'node -e 0', runs: nothing }, MAX_RATIO),
  );
}
