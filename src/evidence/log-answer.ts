import { excerpt } from '../text/excerpt.ts';
import { isJsonObject, type JsonValue, parseJsonStrictly } from '../strict/json.ts';
import { shownUrl } from '../text/shown-url.ts';
import { type K8sVerifyError, UnavailableError, UntrustedError } from '../errors.ts';
import type { SmallResponse } from '../http/http-client.ts';
import { MAX_LOG_RESPONSE_BYTES } from '../limits.ts';

/**
 * Recognises answers that are not from the log. Rekor v1 answers a look-up with a list, which may be empty, or
 * refuses it with a JSON object that has a code and a message. Any other answer comes from something else and says
 * nothing about the artifact.
 */

const NO_ANSWER = 'the public log gave no usable answer';
const WHY = 'the log says when the file was signed; without that there is no proof';
const WITH_EVIDENCE = 'a mirror that carries evidence (--mirror) needs no log';

/** The message of a refusal in Rekor's own form; undefined for anything else. */
export function refusalBy({ body }: SmallResponse): string | undefined {
  const json = parse(body);
  if (!isJsonObject(json)) return undefined;
  const { code, message } = json;
  return typeof code === 'number' && typeof message === 'string' ? excerpt(message, 200) : undefined;
}

/**
 * Reads an answer that must be a list.
 *
 * @throws UnavailableError `response-invalid` if it is not an answer of Rekor.
 */
export function readLogAnswer<T>(response: SmallResponse, read: (body: Uint8Array) => T): T {
  try {
    return read(response.body);
  } catch (error) {
    if (error instanceof UntrustedError) throw notTheLog(response, error);
    throw error;
  }
}

/** The body is not quoted, because a redirect may have led anywhere. */
export function notTheLog(response: SmallResponse, cause?: K8sVerifyError): UnavailableError {
  const { status, contentType, url, body } = response;
  const type = contentType === '' ? 'without a media type' : excerpt(contentType);
  const flaw = cause?.wanted === undefined ? '' : `, instead of ${cause.wanted}`;
  return somethingElse(`HTTP ${status} from ${shownUrl(url)}, ${type}: ${describe(body)}${flaw}`, url, cause);
}

/** Says whether the log could not be asked or did not answer. */
export function logUnavailable(url: string, error: K8sVerifyError): UnavailableError {
  const { code, message } = error;
  if (code === 'offline') {
    return new UnavailableError(code, 'the entry of the public log is not here, and this run is offline', {
      ...common(url, error),
      wanted: 'a bundle (.sigstore.json), which has the entry in it',
      found: 'a signature and a certificate alone',
    });
  }
  if (code === 'response-invalid' || code === 'material-oversized') {
    return somethingElse(
      code === 'response-invalid' ? (error.found ?? message) : `${message}: ${error.found ?? ''}`,
      url,
      error,
    );
  }
  const details = { ...common(url, error), found: error.found ?? message };
  if (code === 'rate-limited') {
    const next = `wait a few minutes and try again, with fewer runs from this address; ${WITH_EVIDENCE}`;
    return new UnavailableError(code, NO_ANSWER, { ...details, next });
  }
  // The log itself has no reason to answer with another status.
  const isTrouble = code !== 'http-status' || details.found.startsWith('HTTP 5');
  return new UnavailableError('log-unreachable', NO_ANSWER, {
    ...details,
    next: `${isTrouble ? 'try again later' : 'a proxy may have answered instead of the log: try again'}; ${WITH_EVIDENCE}`,
  });
}

function somethingElse(found: string, url: string, cause: K8sVerifyError | undefined): UnavailableError {
  return new UnavailableError('response-invalid', NO_ANSWER, {
    ...common(url, cause),
    wanted: 'an answer from Rekor, the transparency log',
    found,
    next: `a proxy may have answered: check --rekor-url and any proxy on the way; ${WITH_EVIDENCE}`,
  });
}

function common(
  url: string,
  cause: K8sVerifyError | undefined,
): {
  readonly check: 'entry';
  readonly from: string;
  readonly why: string;
  readonly cause?: K8sVerifyError;
} {
  return { check: 'entry', from: shownUrl(url), why: WHY, ...(cause === undefined ? {} : { cause }) };
}

function describe(body: Uint8Array): string {
  if (body.length === 0) return 'nothing';
  const json = parse(body);
  if (json === undefined)
    return /^\s*</.test(Buffer.from(body.subarray(0, 64)).toString('latin1')) ? 'a web page' : 'text';
  if (json === null) return 'null';
  if (Array.isArray(json)) return 'a list';
  if (!isJsonObject(json)) return `a ${typeof json}`;
  return Object.keys(json).length === 0 ? 'an empty object' : 'an object';
}

function parse(body: Uint8Array): JsonValue | undefined {
  try {
    return parseJsonStrictly(body, "the log's answer", { maxBytes: MAX_LOG_RESPONSE_BYTES });
  } catch (error) {
    if (error instanceof UntrustedError) return undefined;
    throw error;
  }
}
