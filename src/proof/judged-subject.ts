import type { ProvenLogEntry } from './log-entry.ts';

/**
 * The file or digest that was judged one by one, or the released file that is missing. What a file says that it is was read
 * out of it and proves nothing; each part is one of a closed list (components, platforms) or has the form of a version.
 */
export interface JudgedSubject {
  /** Of the file, hex; absent where it is not known: the file is not there, or not what it should be. */
  readonly sha256?: string;
  /** `kubectl` */
  readonly component?: string;
  /** `v1.30.2`, or with another builder's mark: `v1.31.1-gke.200`. */
  readonly version?: string;
  /** `os/arch` */
  readonly platform?: string;
  /** The verified time of signing, ISO 8601. Only of a file that is proved and not allowed. */
  readonly signedAt?: string;
  /** The entries of transparency logs that were proved. Only of a file that is proved and not allowed. */
  readonly logEntries?: readonly ProvenLogEntry[];
}
