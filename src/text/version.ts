/** The version of k8s-verify; a test holds it to package.json, so that nothing has to be read to say it. */
export const VERSION = '0.1.0';
