/** What a mirror has besides the files of the releases. All paths are relative to it, with forward slashes. */

/** What runs of k8s-verify have put there, and what of it is proved. */
export const INDEX_NAME = 'k8s-verify-mirror.json';
/** A run takes it only where `--trusted-root` names it: those who fill the mirror can change it. */
export const TRUSTED_ROOT_NAME = 'trusted_root.json';
/** What the TUF repository signed of that trusted root, so that a later run can see whether it has a newer one. */
export const TRUSTED_ROOT_STATE_NAME = 'trusted_root.tuf.json';
/** The newest signed head of each tree of the transparency log. */
export const CHECKPOINTS_NAME = 'checkpoints.json';
/** Everything else is below it. */
export const RELEASES = 'release';
/** For bots. */
export const FEEDS = 'feed';

/** What stands next to a released file, by the end of its name. */
export type SideSuffix = '.cert' | '.sha256' | '.sha512' | '.sig' | '.sigstore.json';

export const BUNDLE_SUFFIX = '.sigstore.json';
