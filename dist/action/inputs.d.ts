import type { CertificateIdentity } from '../release/signer.ts';
/** The inputs of action.yml; a test holds the two together. */
export declare const INPUT_NAMES: readonly ['version', 'components', 'install-dir', 'mirror', 'rekor-url', 'trusted-root', 'certificate-identity', 'certificate-oidc-issuer', 'offline', 'lockfile', 'cache'];
export type InputName = (typeof INPUT_NAMES)[number];
/** One component that is asked for; `version` where it stands with it, as in `kubelet@v1.30.2`. */
export interface AskedComponent {
    readonly component: string;
    readonly version?: string;
}
export interface ActionInputs {
    readonly components: readonly AskedComponent[];
    /** For the components that have none of their own; absent: the lockfile's, else `stable`. */
    readonly version?: string;
    /** As written; relative to the workspace. */
    readonly installDirectory?: string;
    readonly sources?: readonly string[];
    readonly rekorUrl?: string;
    readonly trustedRootFile?: string;
    readonly identity?: CertificateIdentity;
    readonly lockfile?: string;
    /** No network: what is in the tool cache or the install directory, and is locked, is all there is. */
    readonly offline: boolean;
    /** Whether the runner's tool cache is used. */
    readonly cache: boolean;
}
/**
 * @param get the value of an input as `@actions/core` reads it: trimmed, empty where it is not given.
 * @throws RequestError `usage`
 */
export declare function readInputs(get: (name: InputName) => string): ActionInputs;
