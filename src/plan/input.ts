/**
 * What a user of the library writes. A field that is `undefined` is refused: an identity or a digest that got lost must
 * not turn into "none asked for".
 */
import type { ReleaseWorkflow } from '../policy/release-workflow.ts';
import type { Tier } from '../release/component.ts';
import type { CertificateIdentity } from '../release/signer.ts';
import type { ReleaseStore } from '../source/store-source.ts';
import type { ArtifactRequest } from './request.ts';

/** `'kubectl@v1.26.4'`, `'kubectl'` for the newest stable release, or the same as an object. */
export type ArtifactInput = string | ArtifactRequest;

/** The signer and the trusted root; without any, a Kubernetes release signer and the embedded public-good root. */
export interface TrustInput {
  /** Who must have signed, whole and exact, instead of the signer of the Kubernetes releases. */
  readonly identity?: CertificateIdentity;
  /** A managed key (PEM, SPKI) instead of a certificate identity; not together with `identity`. */
  readonly publicKeyPem?: string;
  /** The JSON of a policy file: its text, or the bytes of it. It narrows what may be asked for and used. */
  readonly policy?: string | Uint8Array;
  /** The path of a policy file; not together with `policy`. */
  readonly policyPath?: string;
  /** The JSON of a trusted root: its text, or the bytes of it. */
  readonly trustedRoot?: string | Uint8Array;
  /** The file of a trusted root; not together with `trustedRoot`. */
  readonly trustedRootPath?: string;
  /** The TUF repository of another Sigstore, from which the trusted root is taken; together with `tufRootPath`. */
  readonly tufUrl?: string;
  /** The file with the TUF root (`root.json`) to begin with. */
  readonly tufRootPath?: string;
  /**
   * The trusted root must have been the newest within this time, in milliseconds; it is renewed by TUF if need be. Default:
   * any age. Not together with a trusted root of your own, which has no date.
   */
  readonly maxTrustedRootAgeMs?: number;
}

/** Where a release is asked for. */
export interface SourcesInput {
  /**
   * Places with release files laid out as dl.k8s.io, in order of preference: base URLs of servers, directories (a path
   * or a `file://` URL), or stores of your own; default `https://dl.k8s.io`.
   */
  readonly sources?: readonly (string | ReleaseStore)[];
  /** Ends the run with an `InterruptedError` when it fires. */
  readonly signal?: AbortSignal | undefined;
}

/** What {@link install} is asked for. */
export interface InstallInput extends TrustInput, SourcesInput {
  /** At least one; all of them are installed, or none. */
  readonly artifacts: readonly ArtifactInput[];
  /** The directory for all of them; created if it does not exist. Either this or `output`. */
  readonly into?: string;
  /** The exact file (with `extract`: directory) for the only artifact. */
  readonly output?: string;
  /** `os/arch`, for the artifacts that name none; default: this machine's. */
  readonly platform?: string;
  /** Tries a component or a platform that the table of releases lacks; default false. */
  readonly force?: boolean;
  /**
   * Unpacks each tarball instead of keeping it: `true` for all of it, or the members to unpack, by path in the tarball (of
   * a file, or of a directory with everything in it) or by a last part that only one has.
   */
  readonly extract?: true | { readonly members: readonly string[] };
  /** Takes the binaries out of the proven client, node or server tarball instead of downloading each. */
  readonly fromTarball?: Tier;
  /**
   * Proves digests and names without downloading an artifact, and changes nothing but what is kept in the data directory.
   * Each result says `would-install`, `would-replace` or `kept`. Default false.
   */
  readonly dryRun?: boolean;
  /** Writes `<file>.sigstore.json` next to each file, so that it can be verified without a network; default false. */
  readonly saveBundle?: boolean;
  /**
   * Also compares each proven digest with `SHA256SUMS`, `SHA512SUMS` and `provenance.json` of its release, which can
   * contradict the proof and are never needed for it; next to a mirror also with those of dl.k8s.io. Default false.
   */
  readonly checkSums?: boolean;
  /**
   * Fails with `name-unbound` where nothing binds an artifact to the component, version and platform that were asked for:
   * neither the signed release manifest nor the file itself says it, and no digest was demanded. Default false: it is
   * installed then, and its `name.bound` is false.
   */
  readonly requireName?: boolean;
  /** The base URL of the transparency log (Rekor v1); default `https://rekor.sigstore.dev`. */
  readonly rekorUrl?: string;
  /**
   * Names of this run (`kubectl@v1.30.2:linux/amd64`) whose remembered digest no longer counts, once you know why there
   * are two. The digest of this run is remembered in its place.
   */
  readonly forgetNames?: readonly string[];
}

/** What {@link lock} is asked for. */
export interface LockInput extends TrustInput, SourcesInput {
  /** The lockfile; default `k8s-verify.lock.json` in the working directory. */
  readonly lockfile?: string;
  /**
   * Artifacts that are added or change, as {@link DigestInput} has them; without a version, what the lock asks for. Default:
   * all that the lock asks for, with aliases looked up again.
   */
  readonly artifacts?: readonly (string | { readonly component: string; readonly version?: string })[];
  /** `os/arch`, in addition to those in the lock; default: those, or this machine's where there are none. */
  readonly platforms?: readonly string[];
  /** Writes the evidence next to the lockfile, in `k8s-verify.evidence`; default true. */
  readonly evidence?: boolean;
  /** Proves everything, and writes nothing but what is kept for later runs; default false. */
  readonly dryRun?: boolean;
  /** The base URL of the transparency log (Rekor v1); default `https://rekor.sigstore.dev`. */
  readonly rekorUrl?: string;
  /** As {@link InstallInput.forgetNames}. */
  readonly forgetNames?: readonly string[];
}

/** What {@link digest} is asked for. */
export interface DigestInput extends TrustInput, SourcesInput {
  /** `'kubectl@v1.26.4'`, `'kubectl'` for the newest stable release, or the same as an object. At least one. */
  readonly artifacts: readonly (string | { readonly component: string; readonly version?: string })[];
  /**
   * `os/arch`, each for every artifact; default: this machine's. `'all'`: every platform that the artifact is published for.
   * One that an artifact was never published for is skipped.
   */
  readonly platforms?: readonly string[] | 'all';
  /** The base URL of the transparency log (Rekor v1); default `https://rekor.sigstore.dev`. */
  readonly rekorUrl?: string;
  /** As {@link InstallInput.forgetNames}. */
  readonly forgetNames?: readonly string[];
}

/**
 * What {@link verify} is to prove, and with what evidence. The artifact is exactly one of `bytes`, `sha256` and `path`. The
 * evidence is a bundle, or a signature with its certificate, as values or as files, and no other counts then. Without any
 * it is looked for: next to the file, in what an earlier run kept, in the release that the artifact claims to be of, and in
 * the log by its digest.
 */
export interface VerifyInput {
  /** The artifact itself. */
  readonly bytes?: Uint8Array;
  /** The SHA-256 of the artifact, 64 hex digits. It is up to you that it is the digest of your file. */
  readonly sha256?: string;
  /** The file with the artifact. */
  readonly path?: string;
  /** A Sigstore bundle: its JSON text, or the bytes of it. */
  readonly bundle?: string | Uint8Array;
  /** The file with a bundle. */
  readonly bundlePath?: string;
  /** What a `.sig` file holds: base64 of the signature. The transparency log completes it, which needs the network. */
  readonly signature?: string | Uint8Array;
  /** What a `.cert` file holds: base64 of a PEM certificate, or the PEM. */
  readonly certificate?: string | Uint8Array;
  /** The `.sig` file. */
  readonly signaturePath?: string;
  /** The `.cert` file. */
  readonly certificatePath?: string;
}

/** Who must have signed, and what else {@link verify} does. */
export interface VerifyOptions extends TrustInput {
  /** Any release of this workflow, instead of one identity; together with neither `identity` nor `publicKeyPem`. */
  readonly releaseWorkflow?: ReleaseWorkflow;
  /**
   * A signed statement about the artifact is asked for, whose predicate has one of these types (URIs, compared whole). The
   * result then says `attested`, and not that the artifact was released.
   */
  readonly predicateTypes?: readonly string[];
  /**
   * Opens the file at `path`, a tar archive (plain or gzip), once it is proved: `list` tells what it holds and writes
   * nothing; `extract` unpacks it, or the members named, into a directory that must not be there yet, or be empty.
   */
  readonly archive?:
    | { readonly kind: 'list' }
    | { readonly kind: 'extract'; readonly into: string; readonly members?: readonly string[] };
  /**
   * What the artifact must be: `'kubectl@v1.30.2'`, `'kubectl@v1.30.2:linux/amd64'`, or the same as an object. `verify`
   * fails with `name-mismatch` where something signed says otherwise, and with `name-unbound` where nothing signed says it.
   * Where the artifact does not say all of it itself, the release manifest is fetched from `sources`.
   */
  readonly as?: string | { readonly component: string; readonly version: string; readonly platform?: string };
  /** Where the release manifest, and without evidence a signature, is fetched from, as {@link SourcesInput} has it. */
  readonly sources?: readonly (string | ReleaseStore)[];
  /** Where to write the bundle that a signature, its certificate and the log's entry make. */
  readonly saveBundlePath?: string;
  /** The base URL of the transparency log (Rekor v1); default `https://rekor.sigstore.dev`. */
  readonly rekorUrl?: string;
  /**
   * Names of this run (`kubectl@v1.30.2:linux/amd64`) whose remembered digest no longer counts, once you know why there
   * are two. The digest of this run is remembered in its place.
   */
  readonly forgetNames?: readonly string[];
  /** Ends the run with an `InterruptedError` when it fires. */
  readonly signal?: AbortSignal | undefined;
}

/** What {@link list} is asked for. */
export interface ListInput extends SourcesInput {
  /** As {@link resolveVersion} takes it; default `stable`. */
  readonly version?: string;
  /** `os/arch`: only these, and files for all platforms; default: every platform. */
  readonly platforms?: readonly string[];
}

/** What {@link release} is asked for. */
export interface ReleaseInput extends TrustInput, SourcesInput {
  /** `'v1.36.2'`, or `'1.36'`, `'stable'` and their like, which a version marker is looked up for. */
  readonly version: string;
  /** Only these; default: everything that the release has. */
  readonly components?: readonly string[];
  /** `os/arch`: only these, and files for all platforms; default: every platform. */
  readonly platforms?: readonly string[];
  /**
   * Files with digests that others recorded: asset data of kOps, kubespray's `checksums.yml`, a `SHA256SUMS`. The result says
   * which agree and which differ. They prove nothing, and change no verdict.
   */
  readonly corroborate?: readonly string[];
  /** Also downloads each artifact and hashes it. Nothing of it is kept. Default false. */
  readonly deep?: boolean;
  /** The directory in which a proved `SHA256SUMS` and the bundle of each proved file are written; made if it is missing. */
  readonly writeTo?: string;
  /** The base URL of the transparency log (Rekor v1); default `https://rekor.sigstore.dev`. */
  readonly rekorUrl?: string;
  /** As {@link InstallInput.forgetNames}. */
  readonly forgetNames?: readonly string[];
}

/** What {@link checkMirror} is asked for: the directory, and by what trusted root and signers it is judged. */
export interface CheckMirrorInput extends TrustInput {
  /** The directory that {@link mirror} or another program has filled. */
  readonly directory: string;
  /** Ends the run with an `InterruptedError` when it fires. */
  readonly signal?: AbortSignal | undefined;
}

/** What {@link mirror} is asked for: the files and platforms, as {@link digest} takes them, and where they go. */
export interface MirrorInput extends DigestInput {
  /** The directory; it is made if it is missing. */
  readonly to: string;
  /** Keeps evidence, lists and feeds for bots, and fetches no bytes of artifacts; default false. */
  readonly evidenceOnly?: boolean;
  /** Removes what earlier runs have put there and this one does not ask for; default false. */
  readonly prune?: boolean;
}

/** What {@link scan} is asked for: where it looks, what it lets pass, and by what trusted root and signers it judges. */
export interface ScanInput extends TrustInput, SourcesInput {
  /** Files, and directories with everything below; default: the usual places. */
  readonly paths?: readonly string[];
  /** The directory that is taken for the root of the machine; default: the machine's own. */
  readonly root?: string;
  /** Also what runs (Linux); default false. */
  readonly processes?: boolean;
  /** Goes into no other file system than that of each path; default false. */
  readonly oneFileSystem?: boolean;
  /** Builders whose files have `allowed` in their result, such as `eks`; they stay unproved. */
  readonly allowedBuilders?: readonly string[];
  /** The same for exact files, by SHA-256 (hex). */
  readonly allowedDigests?: readonly { readonly sha256: string; readonly reason: string }[];
  /** Default: the public log of Sigstore. */
  readonly rekorUrl?: string;
}
