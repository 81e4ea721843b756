import { IDENTITY_VECTORS } from './identity.ts';
import { BUNDLE_VECTORS } from './bundle.ts';
import { CHAIN_VECTORS } from './chain.ts';
import { PROFILE_VECTORS } from './profile.ts';
import { SCT_VECTORS } from './sct.ts';
import { CHECKPOINT_VECTORS } from './checkpoint.ts';
import { ENTRY_VECTORS } from './entry.ts';
import { LOG_VECTORS, PROOF_VECTORS } from './log.ts';
import { SIGNATURE_VECTORS, STATEMENT_VECTORS } from './signature.ts';
import { TRUSTED_ROOT_VECTORS } from './trusted-root.ts';
import { TIMESTAMP_FORM_VECTORS } from './timestamp-form.ts';
import { INTEGRATED_TIME_VECTORS } from './integrated-time.ts';
import { TIMESTAMP_VECTORS } from './timestamp.ts';
import { CLOCK_VECTORS, UNKNOWN_AUTHORITY_VECTORS } from './unknown.ts';
import type { Vector } from './vector.ts';

/** Every vector, by what it is about. */
export const VECTORS: Readonly<Record<string, readonly Vector[]>> = {
  identity: IDENTITY_VECTORS,
  profile: PROFILE_VECTORS,
  chain: CHAIN_VECTORS,
  sct: SCT_VECTORS,
  integratedTime: INTEGRATED_TIME_VECTORS,
  timestamp: TIMESTAMP_VECTORS,
  timestampForm: TIMESTAMP_FORM_VECTORS,
  entry: ENTRY_VECTORS,
  log: LOG_VECTORS,
  proof: PROOF_VECTORS,
  checkpoint: CHECKPOINT_VECTORS,
  bundle: BUNDLE_VECTORS,
  trustedRoot: TRUSTED_ROOT_VECTORS,
  unknownAuthority: UNKNOWN_AUTHORITY_VECTORS,
  clock: CLOCK_VECTORS,
  signature: SIGNATURE_VECTORS,
  statement: STATEMENT_VECTORS,
};
