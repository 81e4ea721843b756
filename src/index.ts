/**
 * k8s-verify as a library: prove Kubernetes release artifacts, and install what is proved.
 *
 * The stories take a request and a client: `installRelease({ artifacts: [{ component: 'kubectl' }], ... }, createClient())`.
 * They return a {@link RunResult} or throw a {@link K8sVerifyError}; nothing in between.
 */
export {
  CHECK_NAMES,
  type CheckName,
  type ErrorCode,
  type ErrorDetails,
  InstallError,
  InterruptedError,
  K8sVerifyError,
  RequestError,
  UnavailableError,
  UntrustedError,
} from './errors.ts';
export type { CrossCheck, CrossCheckOutcome } from './records/cross-check.ts';
export { EXIT_CODE_MEANINGS, EXIT_CODES, type ExitCode, exitCodeFor } from './exit-codes.ts';
export { installRelease } from './install.ts';
export type { Clock } from './client.ts';
export type { HttpClient } from './http/http-client.ts';
export type { ProgressEvent, Report } from './progress.ts';
export type { ReleaseWorkflow } from './policy/release-workflow.ts';
export type { CheckResult, ProvenLogEntry, Signer } from './proof/verdict.ts';
export type { CertificateIdentity } from './release/signer.ts';
export type { Tier } from './release/component.ts';
export { type ListedArtifact, listArtifacts, type ListRequest } from './release/list.ts';
export { formatPlatform, type Platform, parsePlatform } from './release/platform.ts';
export { KUBERNETES_RELEASE_SIGNERS, type ReleaseSigner } from './release/signer.ts';
export { formatReleaseVersion, parseReleaseVersion, type ReleaseVersion } from './release/version.ts';
export {
  type ArtifactRequest,
  DEFAULT_REKOR_URL,
  DEFAULT_SOURCE,
  type InstallRequest,
  type NetworkRequest,
  type TrustRequest,
  type VerifyRequest,
} from './plan/request.ts';
export type {
  ArtifactResult,
  ArtifactSigners,
  EvidenceOrigin,
  ExpectedSigner,
  ListedMember,
  RunResult,
  TrustedRootReport,
} from './result.ts';
export type { TrustSource } from './trust/trust-material.ts';
export { verifyFile } from './verify.ts';
export { createClient, type Client, type ClientOptions } from './client.ts';
