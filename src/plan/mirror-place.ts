import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RequestError } from '../errors.ts';
import { DirectorySource, isDirectory } from '../source/directory-source.ts';
import { excerpt } from '../text/excerpt.ts';
import { shownUrl } from '../text/shown-url.ts';
import { isPrintable } from '../text/unprintable.ts';
import { parseBaseUrl } from './request.ts';

/** `https://...`; a Windows drive is no scheme. */
const SCHEME = /^(?<name>[a-z][a-z0-9+.-]+):/i;

/**
 * Reads where a mirror is: the base URL of a web server, a `file://` URL, or a directory, which must be there.
 *
 * @param source what gave it, to be named in an error: `--mirror` or `K8S_VERIFY_MIRROR`
 * @returns the URL without a slash at its end, or the absolute path of the directory.
 * @throws RequestError `usage`
 */
export function readMirrorPlace(text: string, source: string): string {
  const scheme = SCHEME.exec(text)?.groups?.['name']?.toLowerCase();
  if (scheme === 'http' || scheme === 'https') {
    const url = parseBaseUrl(text);
    if (url !== undefined) return url;
    throw wrongPlace(source, text, 'write for example https://mirror.example.com/kubernetes');
  }
  if (scheme === 'file') return directoryAt(filePath(text, source), text, source);
  const hasScheme = /^[a-z][a-z0-9+.-]+:\/\//i.test(text);
  if (hasScheme) throw wrongPlace(source, text, 'serve the mirror by https://, or copy it to a directory');
  return directoryAt(resolve(text), text, source);
}

/** The source at what {@link readMirrorPlace} gave. */
export function sourceAt(place: string): string | DirectorySource {
  return parseBaseUrl(place) === undefined ? new DirectorySource(place) : place;
}

function filePath(text: string, source: string): string {
  try {
    return fileURLToPath(text);
  } catch {
    throw wrongPlace(source, text, 'write file:// and an absolute path: file:///srv/k8s');
  }
}

/** It begins as a path, and not as the name of a host. */
const PATH = /^(?:[./\\~]|file:|[a-z]:[/\\])/i;

function directoryAt(path: string, text: string, source: string): string {
  if (isDirectory(path)) return path;
  const meant = shownUrl(text);
  const isHost = !PATH.test(text) && URL.canParse(`https://${meant}`);
  if (isHost && isPrintable(meant)) throw wrongPlace(source, text, `did you mean https://${meant}?`);
  const problem = existsSync(path) ? 'no directory' : 'a directory that is not there';
  throw new RequestError('usage', `${source} names ${problem}`, {
    wanted: 'a directory that exists, or a server as https://host/path',
    found: excerpt(meant),
    next: 'name a directory that exists',
  });
}

function wrongPlace(source: string, text: string, next: string): RequestError {
  return new RequestError('usage', `${source} is not the base URL of a server, and not a directory`, {
    wanted: 'https://host/path without ? and #, file:///path, or a directory that exists',
    found: excerpt(shownUrl(text)),
    next,
  });
}
