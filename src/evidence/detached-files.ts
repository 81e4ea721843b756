import { encodeBase64 } from '../strict/base64.ts';
import { encodePem } from '../strict/pem.ts';
import { readBundle } from './read-bundle.ts';

/** What `.sig` and `.cert` hold, byte for byte as Kubernetes publishes them. */
export interface DetachedFiles {
  readonly signature: Uint8Array;
  readonly certificate: Uint8Array;
}

/**
 * The pair that a bundle was made of, for tools that know no bundles; undefined for a statement or a managed key, which
 * have none.
 *
 * @throws UntrustedError as {@link readBundle}
 */
export function detachedFiles(bundle: Uint8Array): DetachedFiles | undefined {
  const { content, key } = readBundle(bundle);
  if (content.kind !== 'message-signature' || key.kind !== 'certificate') return undefined;
  const pem = encodePem(key.leaf, 'CERTIFICATE');
  return {
    signature: Buffer.from(encodeBase64(content.signature)),
    certificate: Buffer.from(encodeBase64(Buffer.from(pem))),
  };
}
