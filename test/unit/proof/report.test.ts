import { describe, expect, it } from 'vitest';
import { alterEntry, withoutPromise } from '../../vectors/alterations.ts';
import { blob, verifyEvidence } from '../../vectors/vector.ts';

describe('the log index that is told', () => {
  it('is the one over all shards, where the log promised it', () => {
    let promised = '';
    const evidence = blob(
      {},
      alterEntry((entry) => void (promised = entry.logIndex)),
    );
    expect(verifyEvidence(evidence).logEntries).toMatchObject([{ logIndex: promised }]);
  });

  it('is that in the tree of the proof if nothing vouches for the other', () => {
    let leaf: string | undefined;
    const evidence = blob(
      { timestamps: [{}] },
      alterEntry((entry) => {
        withoutPromise(entry);
        entry.logIndex = '9000000000';
        leaf = entry.inclusionProof?.logIndex;
      }),
    );
    expect(verifyEvidence(evidence).logEntries).toMatchObject([{ logIndex: leaf }]);
  });
});
