/**
 * The requests that the stories carry out, and their defaults. The command line, the Action and the library fill them in.
 */
import type { FoundBefore } from '../disk/verified-artifact.ts';
import type { OpenLocalFile } from '../files/local-file.ts';
import type { HttpClient } from '../http/http-client.ts';
import type { AskedName } from './asked-name.ts';
import { shownUrl } from '../text/shown-url.ts';
import { HttpSource, PUBLISHER } from '../source/http-source.ts';
import type { ReleaseSource } from '../source/release-source.ts';
import type { GivenPolicy } from '../policy/given-policy.ts';
import type { ReleaseWorkflow } from '../policy/release-workflow.ts';
import type { CertificateIdentity } from '../release/signer.ts';
import type { WrittenName } from '../release/written-name.ts';
import type { Tier } from '../release/component.ts';

/** Where Kubernetes publishes its releases. */
export const DEFAULT_SOURCE: string = PUBLISHER;
/** The public transparency log (Rekor v1). */
const DEFAULT_REKOR_URL = 'https://rekor.sigstore.dev';

/** One artifact as a user names it. */
export interface ArtifactRequest {
  /** `kubectl`, `kubelet`, `kubernetes-client`, `kube-apiserver.tar`, ... */
  readonly component: string;
  /** `v1.26.0`, `1.26.0`, `1.26`, `stable`, `stable-1.26`, `prerelease`, `prerelease-1.26`; default `stable`. */
  readonly version?: string;
  /** `os/arch`; default: this machine's. */
  readonly platform?: string;
  /**
   * The digest (hex) that the artifact must have, from a lockfile for example. A signature says who released a file, not
   * which version it is. With a digest, only that very file is installed.
   */
  readonly sha256?: string;
}

/** Reads `kubectl@v1.26.4`, or `kubectl` alone; undefined if the text is neither. */
export function parseComponent(
  written: string,
): { readonly component: string; readonly version?: string } | undefined {
  const [component = '', version, more] = written.split('@');
  if (component === '' || version === '' || more !== undefined) return undefined;
  return version === undefined ? { component } : { component, version };
}

/** The first component that is named more than once. Both would be installed as the same file. */
export function repeatedComponent(artifacts: readonly { readonly component: string }[]): string | undefined {
  const names = artifacts.map(({ component }) => component);
  return names.find((name, index) => names.indexOf(name) !== index);
}

/** Whose signature is asked for, and in which trusted root. */
export interface TrustRequest {
  /** A trusted root in a file; default: the embedded public-good one. */
  readonly trustedRootFile?: string;
  /** The JSON text of a trusted root instead of a file; not together with `trustedRootFile`. */
  readonly trustedRoot?: Uint8Array;
  /** The TUF repository of another Sigstore, and the TUF root to begin with; not together with a trusted root. */
  readonly tuf?: { readonly url: string; readonly rootFile: string };
  /** The trusted root must have been the newest within this time, in milliseconds; default: any age. */
  readonly maxTrustedRootAgeMs?: number;
  /** Instead of the Kubernetes release signer of the version; whole strings, never patterns. */
  readonly identity?: CertificateIdentity;
  /** A managed key (PEM, SPKI) instead of a certificate identity; not together with `identity`. */
  readonly publicKeyPem?: string;
  /** The policy file that the run is under: it narrows what may be asked for and used. */
  readonly policy?: GivenPolicy;
}

/** What is remembered of names on this machine. */
export interface NamesRequest {
  /**
   * Names of this run whose remembered digest no longer counts, after a person has looked at why there are two:
   * `kubectl@v1.30.2:linux/amd64`. The digest of this run is remembered in its place.
   */
  readonly forgetNames?: readonly WrittenName[];
}

/** How the network is used. Nothing here changes what is checked. */
export interface NetworkRequest {
  /**
   * In order of preference, laid out as dl.k8s.io: base URLs of servers, or other places to take files from; default
   * {@link DEFAULT_SOURCE}.
   */
  readonly sources?: readonly (string | ReleaseSource)[];
  /** Default {@link DEFAULT_REKOR_URL}. */
  readonly rekorUrl?: string;
  /** Whether Kubernetes' own server may be asked next to the sources; default true. */
  readonly mayAskPublisher?: boolean;
}

/** An artifact of an install. */
export interface AskedArtifact extends ArtifactRequest {
  /** Whether its `sha256` is that of a lockfile, which the result then names. */
  readonly locked?: boolean;
}

export interface InstallRequest extends TrustRequest, NetworkRequest, NamesRequest {
  readonly artifacts: readonly AskedArtifact[];
  /** A directory for all of them, or the exact file (with `extract`: directory) for the only one. */
  readonly destination:
    | { readonly kind: 'directory'; readonly path: string }
    | { readonly kind: 'file'; readonly path: string };
  /**
   * Installs only what this lockfile has, by digest: `artifacts`, or all of it for `platforms` where there are none. Its
   * evidence is taken before any other.
   */
  readonly locked?: {
    readonly lockfile: string;
    /** `os/arch`; none: this machine's. */
    readonly platforms: readonly string[];
  };
  /** Tries a component or a platform that the table of releases lacks. */
  readonly force?: boolean;
  /**
   * Unpacks each tarball instead of keeping it: into a directory of its name without `.tar.gz`, or exactly the
   * destination `file`; it must not be there yet, or be empty.
   */
  readonly extract?: {
    /**
     * Paths in the tarball (of a file, or of a directory with everything in it), or last parts that only one has; none:
     * everything.
     */
    readonly members: readonly string[];
  };
  /**
   * Takes the binaries out of the proven `kubernetes-client`, `-node` or `-server` tarball instead of downloading each
   * with a signature of its own.
   */
  readonly fromTarball?: Tier;
  /** Proves what can be proved without downloading an artifact, says what would be done, and changes nothing at the destination. */
  readonly dryRun?: boolean;
  /** Writes `<file>.sigstore.json` next to each installed file, so that it can be verified without a network. */
  readonly saveBundle?: boolean;
  /**
   * Also compares each proven digest with `SHA256SUMS`, `SHA512SUMS` and `provenance.json` of its release. They can
   * contradict the proof, which is an error, and are never needed for it.
   */
  readonly checkSums?: boolean;
  /**
   * Refuses what nothing binds to the name that was asked for: `always`, or only for components whose binaries are
   * `known` to say it themselves.
   */
  readonly requireName?: 'always' | 'known';
  readonly signal?: AbortSignal;
}

/** Files of releases whose digests are to be proved, and which are not fetched. */
export interface ReleasedRequest extends TrustRequest, NetworkRequest, NamesRequest {
  readonly artifacts: readonly Pick<ArtifactRequest, 'component' | 'version'>[];
  /**
   * `os/arch`, each for every component; none: this machine's. `all`: every one that the component is published for;
   * `all-linux`: those of them that containers run on.
   */
  readonly platforms: readonly string[] | 'all' | 'all-linux';
  readonly signal?: AbortSignal;
}

/** A mirror that is to be proved again. */
export interface CheckMirrorRequest extends TrustRequest {
  readonly directory: string;
  readonly signal?: AbortSignal;
}

/** A mirror that is to be filled with released files. */
export interface MirrorRequest extends ReleasedRequest {
  /** Its directory; made if it is missing. */
  readonly to: string;
  /** Fetches and keeps no bytes of artifacts: evidence, lists and feeds alone. */
  readonly evidenceOnly?: boolean;
  /** Removes what earlier runs have put there and this one is not asked for. */
  readonly prune?: boolean;
}

export interface VerifyRequest extends TrustRequest, NetworkRequest, NamesRequest {
  /** Any release of this workflow, instead of one identity; together with neither `identity` nor `publicKeyPem`. */
  readonly releaseWorkflow?: ReleaseWorkflow;
  /**
   * A signed statement (DSSE) about the subject is asked for, with a predicate of one of these types, such as
   * `https://slsa.dev/verification_summary/v1`. It proves what the predicate says, and not that the subject was released:
   * the result says `attested`. None: the subject itself must have been signed, and no statement is evidence of that.
   */
  readonly predicateTypes?: readonly string[];
  /** A local file, the bytes themselves, or a digest that was computed elsewhere. */
  readonly subject:
    | {
        readonly kind: 'file';
        readonly path: string;
        /** How it is opened, and what is next to it, where the path alone might lead elsewhere. */
        readonly held?: FoundBefore & {
          /** Undefined if there is none. */
          readonly openNear: (suffix: string) => Promise<OpenLocalFile | undefined>;
        };
      }
    | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
    | { readonly kind: 'digest'; readonly sha256: string };
  /**
   * What the subject must be, by name. It is refused where something signed says otherwise, and where nothing signed says
   * it. The release manifest, from `sources`, is asked where the subject does not say all of it itself.
   */
  readonly as?: AskedName;
  /** With `as`: the digest (hex) that the subject must have, which binds its name. No release manifest is asked then. */
  readonly demanded?: { readonly sha256: string; readonly by: 'lockfile' | 'sha256' };
  /**
   * `beside`: `<file>.sigstore.json` or `<file>.sigstore`, else `<file>.sig` and `<file>.cert`, which need the log. Where there
   * is none of them: what an earlier run kept for the same digest, what `sources` have under the name that the subject
   * claims, and any signing of its digest in the log.
   */
  readonly evidence:
    | { readonly kind: 'beside' }
    | { readonly kind: 'bundle'; readonly path: string }
    | { readonly kind: 'detached'; readonly signaturePath: string; readonly certificatePath: string }
    /** The same as values: what the files would hold. */
    | { readonly kind: 'bundle-in-memory'; readonly bytes: Uint8Array }
    | {
        readonly kind: 'detached-in-memory';
        readonly signature: Uint8Array;
        readonly certificate: Uint8Array;
      };
  /**
   * Opens the file, a tar archive (plain or gzip), once it is proved: `list` tells what it holds and writes nothing;
   * `extract` unpacks it, or some members of it, into a directory that must not be there yet, or be empty.
   */
  readonly archive?:
    | { readonly kind: 'list' }
    | { readonly kind: 'extract'; readonly into: string; readonly members: readonly string[] };
  /** Where to write the bundle that was assembled from a pair. */
  readonly saveBundlePath?: string;
  readonly signal?: AbortSignal;
}

/** The servers among the sources: their base URLs, in order of preference, none with a slash at its end. */
export function serversOf({ sources = [DEFAULT_SOURCE] }: NetworkRequest): readonly string[] {
  return sources.filter((source) => typeof source === 'string').map(withoutSlash);
}

/** Where the sources are, for people: URLs without passwords, and paths. */
export function placesOf({ sources = [DEFAULT_SOURCE] }: NetworkRequest): readonly string[] {
  return sources.map((source) =>
    typeof source === 'string' ? shownUrl(withoutSlash(source)) : source.shown,
  );
}

/** The transparency log to ask. One that the request names may be of another Sigstore than the trusted root. */
export function logOf(request: NetworkRequest): { readonly url: string; readonly isNamed: boolean } {
  return { url: rekorUrlOf(request), isNamed: request.rekorUrl !== undefined };
}

/** The sources of a request, in order of preference. */
export function sourcesOf(
  { sources = [DEFAULT_SOURCE] }: NetworkRequest,
  http: HttpClient,
): readonly ReleaseSource[] {
  return sources.map((source) =>
    typeof source === 'string' ? new HttpSource(withoutSlash(source), http) : source,
  );
}

/**
 * Kubernetes' own server, for what it says of a release next to a mirror. Undefined if the request names another signer, or
 * the log of another Sigstore: a release of theirs is another one under the same name.
 */
export function publisherOf(
  { identity, publicKeyPem, rekorUrl, mayAskPublisher = true }: TrustRequest & NetworkRequest,
  http: HttpClient,
): ReleaseSource | undefined {
  const isOther = identity !== undefined || publicKeyPem !== undefined || rekorUrl !== undefined;
  return isOther || !mayAskPublisher ? undefined : new HttpSource(PUBLISHER, http);
}

/** The transparency log's base URL, without a slash at its end. */
export function rekorUrlOf({ rekorUrl = DEFAULT_REKOR_URL }: NetworkRequest): string {
  return withoutSlash(rekorUrl);
}

/** A base URL as a person writes it: of a web server, without query and fragment; undefined if the text is not one. */
export function parseBaseUrl(text: string): string | undefined {
  const url = URL.parse(text);
  const web = url?.protocol === 'https:' || url?.protocol === 'http:';
  return url !== null && web && !/[?#]/.test(url.href) ? withoutSlash(url.href) : undefined;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
