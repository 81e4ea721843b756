import type { NetworkRequest, TrustRequest } from './request.ts';

/** What a scan looks at, and what it lets pass. */
export interface ScanRequest extends TrustRequest, NetworkRequest {
  /** Files and directories, with everything below; none: the usual places. */
  readonly paths: readonly string[];
  /** The directory that is taken for the root of the machine; default: the machine's own. */
  readonly root?: string;
  /** Also what runs. */
  readonly processes: boolean;
  /** Goes into no other file system than that of each path. */
  readonly oneFileSystem: boolean;
  /** Builders whose files do not make the run fail; they stay unproved. */
  readonly allowedBuilders: readonly string[];
  /** Exact files that do not make the run fail, by SHA-256 (hex), each with the reason. */
  readonly allowedDigests: ReadonlyMap<string, string>;
  readonly signal?: AbortSignal;
}
