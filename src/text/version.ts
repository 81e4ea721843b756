/** The version of k8s-verify; a test compares it with package.json, so that no file must be read at run time. */
export const VERSION = '0.1.0';

/** The day of its release, as CHANGELOG.md has it, which a test compares; undefined before. */
export const RELEASED: string | undefined = undefined;
