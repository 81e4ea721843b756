import { MAX_LOG_RESPONSE_BYTES, MAX_PROOF_HASHES } from '../limits.ts';
import { Fields } from '../strict/fields.ts';
import { parseJsonStrictly } from '../strict/json.ts';
import { readLogAnswer } from './log-answer.ts';
import type { RekorLog } from './rekor.ts';

const SHA256_BYTES = 32;

/**
 * Asks a Rekor v1 log to prove that its tree of one size holds that of a smaller one.
 *
 * @param treeId in decimal.
 * @returns the hashes of the proof, unverified.
 * @throws UnavailableError if there is no such answer.
 */
export async function fetchConsistency(
  log: RekorLog,
  { treeId, from, to }: { readonly treeId: string; readonly from: bigint; readonly to: bigint },
): Promise<readonly Uint8Array[]> {
  const answer = await log.http.fetchSmall({
    url: `${log.url}/api/v1/log/proof?firstSize=${from}&lastSize=${to}&treeID=${treeId}`,
    maxBytes: MAX_LOG_RESPONSE_BYTES,
    accept: [200],
    what: 'the proof that the transparency log has only grown',
    quiet: true,
    signal: log.signal,
  });
  return readLogAnswer(answer, (body) => {
    const what = "the log's answer";
    const fields = new Fields(
      parseJsonStrictly(body, what, { maxBytes: MAX_LOG_RESPONSE_BYTES }),
      what,
      'any',
    );
    return fields.hexList('hashes', MAX_PROOF_HASHES, SHA256_BYTES);
  });
}
