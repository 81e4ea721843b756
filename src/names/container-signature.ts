import { K8sVerifyError } from '../errors.ts';
import { MAX_SIGNATURE_PAYLOAD_BYTES } from '../limits.ts';
import { isJsonObject, type JsonValue, parseJsonStrictly } from '../strict/json.ts';

/** What the signature of a container image is over: which image, by digest, and the name that it is pulled by. */
export interface ContainerSignature {
  /** `registry.k8s.io/kube-apiserver`. */
  readonly reference: string;
  /** `sha256:...` */
  readonly imageDigest: string;
}

const TYPE = 'cosign container image signature';

/**
 * Reads the payload of a container image's signature ("simple signing", as cosign writes it). The release signer signs
 * images too: such a payload is genuine, and no file of a release.
 *
 * @returns undefined where the bytes are something else.
 */
export function containerSignature(bytes: Uint8Array): ContainerSignature | undefined {
  if (bytes.length > MAX_SIGNATURE_PAYLOAD_BYTES || bytes[0] !== 0x7b) return undefined;
  let payload: JsonValue;
  try {
    payload = parseJsonStrictly(bytes, 'the payload', { maxBytes: MAX_SIGNATURE_PAYLOAD_BYTES });
  } catch (error) {
    if (error instanceof K8sVerifyError) return undefined;
    throw error;
  }
  const critical = fieldsOf(payload)['critical'];
  const { identity, image, type } = fieldsOf(critical);
  const reference = fieldsOf(identity)['docker-reference'];
  const imageDigest = fieldsOf(image)['docker-manifest-digest'];
  if (type !== TYPE || typeof reference !== 'string' || typeof imageDigest !== 'string') return undefined;
  return /^sha256:[0-9a-f]{64}$/.test(imageDigest) ? { reference, imageDigest } : undefined;
}

function fieldsOf(value: JsonValue | undefined): Readonly<Record<string, JsonValue | undefined>> {
  return isJsonObject(value) ? value : {};
}
