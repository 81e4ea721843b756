/**
 * k8s-verify as a library: prove Kubernetes release artifacts, and install what is proved.
 *
 *     await install({ artifacts: ['kubectl@v1.26.4'], into: 'bin' });
 *
 * Each function returns a result or throws a {@link K8sVerifyError}; nothing in between.
 */
export { install } from './install.ts';
export { verify } from './verify.ts';
export { digest, type DigestResult, type DigestRun } from './digest.ts';
export { lock, type LockRun } from './lock.ts';
export type { LockedComponent } from './flow/lock-outcome.ts';
export { checkMirror, mirror, type MirrorCheck, type MirrorFileResult, type MirrorResult } from './mirror.ts';
export type { CheckedFile } from './flow/mirror-check.ts';
export type { FailedVerdict } from './verdict.ts';
export { scan, type ScanResult } from './scan.ts';
export type { ScannedMachine, Standing, UnreadPlace } from './flow/scan-machine.ts';
export type { ScannedProgram } from './flow/scan-program.ts';
export type { ScanSummary } from './flow/scan-run.ts';
export { release } from './release.ts';
export type {
  ComparedSource,
  Comparison,
  ComparisonOutcome,
  Corroboration,
  DigestDifference,
  ReleaseAudit,
  ReleaseCounts,
  ReleaseFile,
  ReleaseFileKind,
  WrittenRelease,
} from './release-result.ts';
export { list, type ReleaseList, resolveVersion } from './list.ts';
export { type Client, type ClientOptions, type Clock, createClient, type OwnedClient } from './client.ts';
export type { NetworkOptions } from './http/http-client.ts';
export type {
  ArtifactInput,
  CheckMirrorInput,
  DigestInput,
  InstallInput,
  ListInput,
  LockInput,
  MirrorInput,
  ReleaseInput,
  ScanInput,
  SourcesInput,
  TrustInput,
  VerifyInput,
  VerifyOptions,
} from './plan/input.ts';
export { type SummaryContext, verificationSummaries } from './attest/verification-summary.ts';
export type { Verified } from './attest/verified.ts';
export { type ResourceDescriptor, statementLine, type VerificationSummary } from './attest/statement.ts';
export type { ReleaseStore } from './source/store-source.ts';
export type { ArtifactRequest } from './plan/request.ts';
export type { SkippedFile } from './plan/plan-released.ts';
export type { CertificateIdentity } from './release/signer.ts';
export type { ReleaseWorkflow } from './policy/release-workflow.ts';
export type {
  ArtifactResult,
  ArtifactSigners,
  EvidenceOrigin,
  ExpectedSigner,
  ListedMember,
  RunResult,
  TrustedRootReport,
  ResultName,
} from './result.ts';
export type { Demand, PatchesBehind, PolicyUse, UsedException } from './policy/policy.ts';
export type { JudgedSubject } from './proof/judged-subject.ts';
export type { ProvenLogEntry } from './proof/log-entry.ts';
export type { CheckResult, Signer } from './proof/verdict.ts';
export type { CrossCheck, CrossCheckOutcome } from './records/cross-check.ts';
export type { DataPlaces } from './data/data-places.ts';
export type { OtherHand } from './disk/who-can-change.ts';
export type { RootFacts } from './trust/root-age.ts';
export type { NameSource } from './names/bind-name.ts';
export type { SumsAlgorithm } from './records/release-sums.ts';
export type { ListedArtifact } from './release/list.ts';
export type { ProcessInfo } from './release/platform.ts';
export type { ArtifactKind, Tier } from './release/component.ts';
export { type Note, NOTE_MEANINGS, type NoteCode } from './notes.ts';
export type { ProgressEvent, Report } from './progress.ts';
export { CHECK_NAMES, type CheckName } from './check-names.ts';
export {
  type ErrorCode,
  type ErrorDetails,
  type InstallCode,
  InstallError,
  type InterruptedCode,
  InterruptedError,
  K8sVerifyError,
  type NotAllowedCode,
  NotAllowedError,
  type RequestCode,
  RequestError,
  type UnavailableCode,
  UnavailableError,
  type UntrustedCode,
  UntrustedError,
} from './errors.ts';
export { EXIT_CODE_MEANINGS, EXIT_CODES, type ExitCode, exitCodeFor } from './exit-codes.ts';
