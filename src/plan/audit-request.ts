import type { NamesRequest, NetworkRequest, TrustRequest } from './request.ts';

/** A release that is to be audited: everything in it that is signed. */
export interface AuditRequest extends TrustRequest, NetworkRequest, NamesRequest {
  /** One version: exact, `1.36`, `stable`. */
  readonly version: string;
  /** None: every component. */
  readonly components: readonly string[];
  /** `os/arch`; none: every platform. What is for all platforms is always in it. */
  readonly platforms: readonly string[];
  /** Files with digests that others recorded. */
  readonly corroborate: readonly string[];
  /** Also downloads each artifact and hashes it; nothing of it is kept. */
  readonly deep?: boolean;
  /** The directory that gets a proved `SHA256SUMS` and every bundle. */
  readonly writeTo?: string;
  readonly signal?: AbortSignal;
}
