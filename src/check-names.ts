/** The named checks that make up a proof, in the order of the client specification. */
export const CHECK_NAMES = [
  'material',
  'time',
  'chain',
  'sct',
  'set',
  'inclusionProof',
  'checkpoint',
  'entry',
  'signature',
  'identity',
  'digest',
] as const;

/** One of {@link CHECK_NAMES}. */
export type CheckName = (typeof CHECK_NAMES)[number];
