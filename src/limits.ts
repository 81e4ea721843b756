/**
 * Every limit on foreign input, by name. Everything from the network, a bundle or an archive is checked against one
 * of these before it is parsed. Sizes are in bytes, times in milliseconds.
 */

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** `.sig`: base64 of a DER ECDSA signature, 92 to 96 characters; RSA 4096 needs 684. */
export const MAX_SIGNATURE_FILE_BYTES: number = 8 * KIB;
/** `.cert`: base64 of a PEM leaf, about 1.5 KiB in 2026. */
export const MAX_CERTIFICATE_FILE_BYTES: number = 64 * KIB;
/** One RFC 3161 timestamp response; with a chain of three certificates it has 4 KiB. */
export const MAX_TIMESTAMP_BYTES: number = 16 * KIB;
/** One DER certificate. */
export const MAX_DER_BYTES: number = 64 * KIB;
/** Elements of one DER certificate, key or timestamp response; a response with three certificates has about 400. */
export const MAX_DER_ELEMENTS: number = 4096;
/** One object identifier in DER; Fulcio's have 10. Reading one takes time that grows with the square of its length. */
export const MAX_OID_BYTES: number = 64;
/** `.sha256` and `.sha512`: 64 or 128 hex digits. */
export const MAX_CHECKSUM_FILE_BYTES: number = 1 * KIB;
/** `stable.txt` and its like: a version. */
export const MAX_MARKER_BYTES: number = 256;
/** A Sigstore bundle; the largest real ones (DSSE with provenance) are well under 1 MiB. */
export const MAX_BUNDLE_BYTES: number = 4 * MIB;
/** A public key in PEM; RSA 8192 has 1.5 KiB. */
export const MAX_PUBLIC_KEY_FILE_BYTES: number = 16 * KIB;
/** A trusted root; the public-good one has 6 KiB. */
export const MAX_TRUSTED_ROOT_BYTES: number = 1 * MIB;
/** A `root.json` of a TUF repository; Sigstore's has 6 KiB. These four bounds are those of tuf-js. */
export const MAX_TUF_ROOT_BYTES: number = 512_000;
/** A `timestamp.json`; Sigstore's has 500 bytes. */
export const MAX_TUF_TIMESTAMP_BYTES: number = 16_384;
/** A `snapshot.json` whose length the timestamp does not say. */
export const MAX_TUF_SNAPSHOT_BYTES: number = 2_000_000;
/** A `targets.json` whose length the snapshot does not say. */
export const MAX_TUF_TARGETS_BYTES: number = 5_000_000;
/** Members of one object of a TUF metadata file; Sigstore's have about 20. */
export const MAX_TUF_OBJECT_MEMBERS = 512;
/** Members and elements of a whole TUF metadata file; Sigstore's have about 300. */
export const MAX_TUF_MEMBERS = 8192;
/** Versions of the TUF root that are followed in one refresh, kept ones included. Sigstore has made 16 in five years. */
export const MAX_TUF_ROOT_ROTATIONS: number = 256;
/** The Action warns of a trusted root that is older than this, in days. */
export const WARN_OF_ROOT_DAYS = 30;
/** A TUF repository is asked again after this long. */
export const TRUST_CHECK_INTERVAL_MS: number = 24 * 60 * 60 * 1000;
/** How long a run that is otherwise done still waits for an answer that it does not need. */
export const LATE_ANSWER_MS: number = 2000;
/** The largest age of a trusted root that can be asked for. */
export const MAX_TRUSTED_ROOT_AGE_MS: number = 3650 * 24 * 60 * 60 * 1000;
/** If this machine's clock is this far ahead of a server's, it is the likely reason why metadata looks expired. */
export const MAX_AHEAD_OF_SERVER_MS: number = 60 * 60 * 1000;
/** One answer of the transparency log. */
export const MAX_LOG_RESPONSE_BYTES: number = 4 * MIB;
/** `SHA256SUMS`, `SHA512SUMS`: a thousand lines of 130 and 200 characters. */
export const MAX_SUMS_BYTES: number = 2 * MIB;
/** `provenance.json`: that of v1.25.2 has 48 KiB, and a third more if it is signed. */
export const MAX_PROVENANCE_BYTES: number = 1 * MIB;
/**
 * Values in a `provenance.json`; that of v1.25.2 has 750 for its 113 files. It is mostly unsigned, and two characters
 * of text can make a value that takes a hundred times as much memory.
 */
export const MAX_PROVENANCE_VALUES: number = 32_768;
/** One path in `SHA256SUMS`; absolute build paths have about 120 characters. */
export const MAX_SUMS_PATH_CHARACTERS = 1024;
/** `kubernetes-release.spdx`: that of v1.25.2 has 95 KB, and with its images three times as much. */
export const MAX_MANIFEST_BYTES: number = 4 * MIB;
/** How long a run waits for a release manifest when everything else is there. */
export const MAX_MANIFEST_WAIT_MS: number = 10_000;
/** How long `--check-sums` waits for the records that dl.k8s.io has, next to those of a mirror. */
export const MAX_PUBLISHER_WAIT_MS: number = 10_000;
/** Between the making of a release manifest and its signature; real ones have hours, or a few days. */
export const MAX_MANIFEST_AGE_MS: number = 7 * 24 * 60 * 60 * 1000;
/** Files and packages that count in a `kubernetes-release.spdx`; that of v1.25.2 has 113 files. */
export const MAX_MANIFEST_ENTRIES: number = 10_000;
/** Files that a list of a release has and the table of components lacks, of which an audit tells the names. */
export const MAX_EXTRA_NAMED = 100;
/** Between the first and the last signing of a release; one run of its job takes under an hour. */
export const MAX_SIGNING_SPAN_MS: number = 24 * 60 * 60 * 1000;
/** A file with digests that others recorded; kubespray's has 120 KB, with its history. */
export const MAX_CORROBORATION_BYTES: number = 8 * MIB;
/** Lines of such a file. */
export const MAX_CORROBORATION_LINES = 100_000;
/** A checkpoint (signed note) with its witnesses' cosignatures. */
export const MAX_CHECKPOINT_BYTES: number = 16 * KIB;
/** Signature lines of one checkpoint. */
export const MAX_CHECKPOINT_SIGNATURES: number = 32;
/** Logs or certificate authorities of one kind in a trusted root. */
export const MAX_TRUSTED_AUTHORITIES: number = 64;
/** Log entries in one bundle (sigstore-go has the same limit). */
export const MAX_LOG_ENTRIES: number = 32;
/** RFC 3161 timestamps in one bundle (sigstore-go has the same limit). */
export const MAX_TIMESTAMPS: number = 32;
/** Certificates in one bundle's chain. */
export const MAX_CHAIN_CERTIFICATES: number = 10;
/** Hashes of one inclusion proof: a tree of 2^63 leaves has 63. */
export const MAX_PROOF_HASHES: number = 64;
/** Requests of one run for a proof that a log has only grown. */
export const MAX_CONSISTENCY_REQUESTS = 2;
/** Log entries that are fetched and tried for one digest if the published pair does not work. */
export const MAX_CANDIDATE_ENTRIES: number = 16;
/** Requests of one run to the log at the same time, where it looks up many entries. */
export const MAX_LOG_REQUESTS_AT_ONCE = 4;
/** Requests of one run to the log in a second; users have met a limit of 500 a minute for an address. */
export const MAX_LOG_REQUESTS_PER_SECOND = 5;
/** Artifacts whose signatures are fetched in parallel, where nothing else of them is: three small files each. */
export const MAX_PARALLEL_SIGNATURES = 8;
/** Files whose sizes are asked for in parallel: as many requests as for signatures. */
export const MAX_PARALLEL_SIZES: number = 3 * MAX_PARALLEL_SIGNATURES;
/** How long a lock asks for the sizes of its files, all together, in milliseconds: it can do without them. */
export const SIZES_TIMEOUT_MS: number = 5 * 1000;
/** Depth of nested JSON. */
export const MAX_JSON_DEPTH: number = 32;
/**
 * An artifact, by its kind: a mirror that never ends its kubectl must not fill a disk. The largest of each have about
 * 140 MiB (kube-apiserver), 140 MiB (its image), 1 GiB (kubernetes-test) and 4 MiB (SPDX).
 */
export const MAX_ARTIFACT_BYTES: Readonly<Record<'binary' | 'image' | 'tarball' | 'spdx-document', number>> =
  {
    binary: 1 * GIB,
    image: 2 * GIB,
    tarball: 4 * GIB,
    'spdx-document': 16 * MIB,
  };
/** A file that is copied as a backup, if it cannot get a second name. As large as any artifact. */
export const MAX_BACKUP_BYTES: number = 4 * GIB;
/** An artifact that is read into memory because its key type signs the whole message (Ed25519). */
export const MAX_WHOLE_MESSAGE_BYTES: number = 64 * MIB;
/** How far a verified time of signing may be ahead of this machine's clock. */
export const MAX_CLOCK_SKEW_MS: number = 60_000;
/** Redirects followed for one request. */
export const MAX_REDIRECTS: number = 5;
/** The longest `Retry-After` that is honoured. */
export const MAX_RETRY_AFTER_MS: number = 60_000;
/** Words of one command line; a shell can pass on far more than a person types. */
export const MAX_COMMAND_LINE_WORDS: number = 50_000;
/** Artifacts named in one run. */
export const MAX_ARTIFACTS_PER_RUN: number = 64;
/** Files whose digests are proved in one run; a whole release has about 130. */
export const MAX_RELEASED_FILES_PER_RUN: number = 1024;
/** Artifacts that are downloaded in parallel. */
export const MAX_PARALLEL_DOWNLOADS: number = 4;
/**
 * What a killed run left next to a destination is removed after this time, even if we cannot ask whether its process
 * still runs.
 */
export const MAX_LEFTOVER_AGE_MS: number = 24 * 60 * 60 * 1000;
/** Depth of nested directories that are removed again; a run never makes deeper ones than an archive may have. */
export const MAX_REMOVED_DEPTH: number = 40;
/** For `restorecon` to set the labels of what was placed. */
export const MAX_RELABEL_MS: number = 60_000;
/** If a source asks for a longer wait than this, the next one is asked, if there is one. */
export const MAX_WAIT_BEFORE_NEXT_SOURCE_MS: number = 10_000;
/** The longest backoff between two attempts. */
export const MAX_RETRY_DELAY_MS: number = 30_000;
/** After this much progress, a download's count of failures starts again. */
export const MIN_PROGRESS_BYTES: number = 1 * MIB;
/** Bytes of one body that wait in memory for their reader. Beyond that, the sender must wait. */
export const MAX_BUFFERED_BODY_BYTES: number = MIB / 4;
/** The rest of an unneeded body that is read so that its connection can be used again. */
export const MAX_DISCARDED_BODY_BYTES: number = 16 * KIB;
/** Attempts after a failed first one. */
export const DEFAULT_RETRIES: number = 5;
/** Upper bound of the first backoff. It doubles with each failure in a row. */
export const DEFAULT_RETRY_DELAY_MS: number = 500;
/** The most retries that can be asked for. */
export const MAX_RETRIES: number = 100;
/** The longest time that can be asked for. */
export const MAX_TIMEOUT_MS: number = 24 * 60 * 60 * 1000;
/** Time limit for making one connection, TLS included. */
export const DEFAULT_CONNECT_TIMEOUT_MS: number = 10_000;
/** After this time a host's next address is tried in parallel (RFC 8305 section 5 recommends 250 ms). */
export const NEXT_ADDRESS_AFTER_MS: number = 250;
/** An attempt ends after this long without a byte. */
export const DEFAULT_STALL_TIMEOUT_MS: number = 30_000;
/** Time limit for one small request, retries included. */
export const DEFAULT_REQUEST_TIMEOUT_MS: number = 120_000;
/** Time limit for one download, retries and sources included. */
export const DEFAULT_DOWNLOAD_TIMEOUT_MS: number = 3_600_000;
/** A version, or a marker's name, as typed; the longest real one has 20. */
export const MAX_VERSION_CHARACTERS = 40;
/** The longest component name for which we suggest similar ones. Longer texts are not typing mistakes. */
export const MAX_NAME_CHARACTERS = 64;
/** A file name that the user insists on, although the table lacks it. */
export const MAX_FORCED_NAME_CHARACTERS = 128;
/**
 * Files and directories in one archive, including directories that only occur in paths; kubernetes-src has about
 * 30,000.
 */
export const MAX_ARCHIVE_MEMBERS: number = 65_536;
/** One member of an archive; the largest in a release are test programs and image tars, under 1 GiB. */
export const MAX_ARCHIVE_MEMBER_BYTES: number = 4 * GIB;
/** Everything that an archive unpacks to, headers included. */
export const MAX_ARCHIVE_BYTES: number = 16 * GIB;
/** Unpacked bytes for each packed one; release tarballs have 2 to 5, gzip of zeros has 1,000. */
export const MAX_ARCHIVE_RATIO: number = 100;
/** This much may be unpacked before the ratio counts, because a small archive of a text file is not a bomb. */
export const MIN_ARCHIVE_RATIO_BYTES: number = 16 * MIB;
/** A member's path; most file systems take 4,096 with everything before it. */
export const MAX_ARCHIVE_PATH_BYTES: number = 1024;
/** One part of a member's path: the limit of most file systems. */
export const MAX_ARCHIVE_NAME_BYTES: number = 255;
/** Parts of a member's path: directories within directories. */
export const MAX_ARCHIVE_DEPTH: number = 32;
/** One extended header (PAX) or GNU long name. */
export const MAX_ARCHIVE_METADATA_BYTES: number = 64 * KIB;
/** The file that the input `version-file` names; it has a line for each tool. */
export const MAX_VERSIONS_BYTES: number = 64 * KIB;
/** A lockfile. */
export const MAX_LOCKFILE_BYTES: number = 1 * MIB;
/** The newest checkpoints next to a lockfile. */
export const MAX_CHECKPOINTS_FILE_BYTES: number = 1 * MIB;
/** Components that one lockfile asks for. */
export const MAX_ASKED_COMPONENTS = 64;
/** Artifacts in one lockfile. */
export const MAX_LOCKED_ARTIFACTS = 4096;
/** The index of a mirror; one file in it has about 400 bytes. */
export const MAX_MIRROR_INDEX_BYTES: number = 32 * MIB;
/** Files that a mirror's index lists; a release has 120. */
export const MAX_MIRRORED_FILES = 65_536;
/** Parsed signers' keys that are kept: more than the artifacts in progress at once. */
export const MAX_REMEMBERED_KEYS = 64;
/** Signatures of one key that are known to match. A keyless signer's key makes only one. */
export const MAX_REMEMBERED_SIGNATURES = 16;
/** Sections of an executable; a Kubernetes binary has about 30. */
export const MAX_BINARY_SECTIONS: number = 4096;
/** The table of the names of an ELF file's sections. */
export const MAX_SECTION_NAMES_BYTES: number = 1 * MIB;
/** Load commands of a Mach-O file; kubectl has 2 KiB. */
export const MAX_LOAD_COMMANDS_BYTES: number = 1 * MIB;
/** Programs in a universal file. */
export const MAX_UNIVERSAL_SLICES: number = 16;
/** One string of Go's build information; kubelet's has about 20 KiB. */
export const MAX_BUILD_INFO_BYTES: number = 1 * MIB;
/** How much of a section is searched for Go's build information; it stands near the beginning. */
export const MAX_BUILD_INFO_SEARCH_BYTES: number = 64 * MIB;
/** Distinct version strings of one binary; two already say nothing. */
export const MAX_VERSION_STRINGS = 8;
/** Bundles, and release manifests, that are kept in the data directory. */
export const MAX_KEPT_ENTRIES: number = 4096;
/** All kept bundles; one has about 12 KiB. */
export const MAX_KEPT_BUNDLES_BYTES: number = 64 * MIB;
/** All kept release manifests; one has under 1 MiB. */
export const MAX_KEPT_MANIFESTS_BYTES: number = 128 * MIB;
/** One remembered name with its digest; about 600 bytes. */
export const MAX_KEPT_NAME_BYTES: number = 8 * KIB;
/** Remembered names; a release has about 120. */
export const MAX_KEPT_NAMES: number = 16_384;
/** Everything that one refreshed trusted root is verified from. */
export const MAX_KEPT_TRUST_BYTES: number = 8 * MIB;
/** Refreshed trusted roots: the public one and private ones. */
export const MAX_KEPT_TRUST_STATES = 16;
/** Logs whose newest checkpoint is kept. */
export const MAX_KEPT_CHECKPOINTS = 256;
/** `manifest.json` of an image's tar; a real one has under 1 KiB. */
export const MAX_IMAGE_MANIFEST_BYTES: number = 64 * KIB;
/** The file `version` of a tarball: one version and a line break. */
export const MAX_VERSION_FILE_BYTES = 128;
/** The payload of a container image's signature; a real one has about 250 bytes. */
export const MAX_SIGNATURE_PAYLOAD_BYTES: number = 64 * KIB;
/** Links on the way to a file of a scanned tree; Linux follows as many. */
export const MAX_FOLLOWED_LINKS = 40;
/** Directories in each other in which a scan looks for programs. */
export const MAX_SCAN_DEPTH = 64;
/** Entries of directories that one scan looks at. */
export const MAX_SCAN_ENTRIES = 5_000_000;
/** Of a program that is hashed in a thread, for its name to be read from. Headers and build information have some kilobytes. */
export const MAX_KEPT_OF_PROGRAM_BYTES: number = 2 * 1024 * 1024;
/** Kubernetes programs that one scan judges. */
export const MAX_SCAN_PROGRAMS = 100_000;
/** What a scan could not read is told by name so often; all of it is counted. */
export const MAX_TOLD_UNREAD = 100;
/** A file in which a scanned machine says its name or its system. */
export const MAX_MACHINE_FILE_BYTES: number = 16 * KIB;
/** A file of accepted digests, each with its reason. */
export const MAX_ALLOWED_DIGESTS_BYTES: number = 1 * MIB;
/** A policy file. One that denies a thousand digests has 150 KiB. */
export const MAX_POLICY_BYTES: number = 1 * MIB;
/** Entries of one list in a policy file. */
export const MAX_POLICY_ENTRIES: number = 10_000;
/** A name, or the reason of an exception or a denial, in a policy file. It is printed. */
export const MAX_POLICY_TEXT_CHARACTERS = 300;
/** The longest age in a policy file. */
export const MAX_POLICY_AGE_MS: number = 3650 * 24 * 60 * 60 * 1000;
