/** Position in the transparency log. */
export interface ProvenLogEntry {
  /** Counted over all shards if the log promised that index; else the position in the tree of the inclusion proof. */
  readonly logIndex: string;
  /** Hex. */
  readonly logId: string;
  /** The log's base URL in the trusted root. */
  readonly logUrl: string;
  /** ISO 8601; absent for Rekor v2. */
  readonly integratedTime?: string;
}
