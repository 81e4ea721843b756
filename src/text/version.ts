/** The version of k8s-verify; a test compares it with package.json, so that no file must be read at run time. */
export const VERSION = '0.1.0';
