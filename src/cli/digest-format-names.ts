/** The forms in which `digest` prints, besides its own. */
export const DIGEST_FORMATS = ['sums', 'env', 'dockerfile', 'nix', 'ansible'] as const;
export type DigestFormat = (typeof DIGEST_FORMATS)[number];
