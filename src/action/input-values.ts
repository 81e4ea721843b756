/** How one input is read: its forms, and the error for anything else. */
import { excerpt } from '../text/excerpt.ts';
import { RequestError } from '../errors.ts';
import type { AskedComponent } from '../lockfile/chosen-artifacts.ts';
import { parseBaseUrl, parseComponent, repeatedComponent } from '../plan/request.ts';

function words(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

/**
 * The components of the input `components`, and kubectl where the input `kubectl` gives its version. Empty where neither
 * says anything.
 *
 * @throws RequestError `usage`
 */
export function readComponents(text: string, kubectl: string): readonly AskedComponent[] {
  const version = readVersion('kubectl', kubectl);
  const listed = words(text).map(readComponent);
  const asked = version === undefined ? listed : [...listed, { component: 'kubectl', version }];
  const twice = repeatedComponent(asked);
  if (twice === undefined) return asked;
  const isInput = twice === 'kubectl' && version !== undefined;
  const places = isInput ? 'the inputs kubectl and components name' : 'the input components names';
  throw new RequestError('usage', `${places} ${excerpt(twice)} twice`, {
    wanted: 'each component once',
    found: excerpt(isInput ? `${text}, and kubectl: ${kubectl}` : text),
    next: 'use the action once for each version',
  });
}

function readComponent(word: string): AskedComponent {
  const asked = parseComponent(word);
  if (asked !== undefined) return asked;
  throw new RequestError('usage', `the input components has ${excerpt(word)} in it`, {
    wanted: '<component> or <component>@<version>, separated by white space or commas',
    found: excerpt(word),
    next: 'write for example: components: kubectl kubelet@v1.29.6',
  });
}

/** @throws RequestError `usage` for several */
export function readVersion(name: 'version' | 'kubectl', text: string): string | undefined {
  const listed = words(text);
  if (listed.length < 2) return listed[0];
  throw new RequestError('usage', `the input ${name} has several versions`, {
    wanted: 'one version, such as v1.30.2, 1.30 or stable',
    found: excerpt(text),
    next: 'name the versions with the components, as in: components: kubectl@v1.30.2 kubelet@v1.29.6',
  });
}

/** A drive of Windows is no scheme. Whether a directory is there is looked at later. */
export function readMirrors(text: string): readonly string[] {
  const listed = text.split(/\s+/).filter((word) => word !== '');
  return listed.map((word) => (/^[a-z][a-z0-9+.-]+:/i.test(word) ? readUrl('mirror', word) : word));
}

/**
 * A URL may hold a password: it is never shown.
 *
 * @throws RequestError `usage`
 */
export function readUrl(name: string, text: string): string {
  const url = parseBaseUrl(text);
  if (url !== undefined) return url;
  throw new RequestError('usage', `the input ${name} is not the base URL of a server`, {
    wanted: 'https://host/path, without ? and #',
    found: 'something else (not shown because it may contain a password)',
    next: 'write for example https://mirror.example.com/kubernetes',
  });
}

/** An input as it is written. */
export interface Given {
  readonly name: string;
  readonly value: string;
}

/**
 * Two inputs that mean something only together; undefined if neither is given.
 *
 * @throws RequestError `usage` for one alone
 */
export function readBoth(
  one: Given,
  other: Given,
  texts: { readonly wanted: string; readonly why: string },
): readonly [string, string] | undefined {
  if (one.value === '' && other.value === '') return undefined;
  if (one.value !== '' && other.value !== '') return [one.value, other.value];
  const [present, missing] = one.value === '' ? [other.name, one.name] : [one.name, other.name];
  throw new RequestError('usage', `the input ${present} needs ${missing} with it`, {
    ...texts,
    found: `${present} alone`,
    next: `add ${missing}`,
  });
}

/**
 * The spellings of the YAML core schema, as `@actions/core` has them.
 *
 * @throws RequestError `usage` for anything else
 */
export function readBoolean(name: string, text: string, otherwise: boolean): boolean {
  if (text === '') return otherwise;
  if (['true', 'True', 'TRUE'].includes(text)) return true;
  if (['false', 'False', 'FALSE'].includes(text)) return false;
  throw new RequestError('usage', `the input ${name} is neither true nor false`, {
    wanted: 'true or false',
    found: excerpt(text),
    next: `write true or false, or leave ${name} out`,
  });
}

/**
 * The digest of the one component, as hex: `sha256` is our name for it, `checksum` that of azure/setup-kubectl.
 *
 * @throws RequestError `usage`
 */
export function readSha256(text: string, checksum: string): string | undefined {
  const digests = [hexOf('sha256', text), hexOf('checksum', checksum)].filter((hex) => hex !== undefined);
  const [digest, other = digest] = digests;
  if (digest === other) return digest;
  throw new RequestError('usage', 'the inputs sha256 and checksum demand two digests of one file', {
    wanted: 'one of the two inputs',
    found: digests.join(' and '),
    next: 'leave out checksum, which means the same',
  });
}

function hexOf(name: string, text: string): string | undefined {
  if (text === '') return undefined;
  const hex = /^(?:sha256:)?([0-9a-f]{64})$/i.exec(text)?.[1];
  if (hex !== undefined) return hex.toLowerCase();
  throw new RequestError('usage', `the input ${name} is not a SHA-256`, {
    wanted: '64 hex digits',
    found: excerpt(text, 80),
    next: `give the digest of the one component, or leave ${name} out`,
  });
}
