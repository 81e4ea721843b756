import { RequestError } from '../errors.ts';
import { excerpt } from '../text/excerpt.ts';
import { formatReleaseVersion, parseReleaseVersion } from './version.ts';

/** A released file's name as it is typed: `kubectl@v1.30.2:linux/amd64`. */
export interface WrittenName {
  readonly component: string;
  /** `v1.30.2` */
  readonly version: string;
  /** `os/arch` */
  readonly platform?: string | undefined;
}

export function writeName({ component, version, platform }: WrittenName): string {
  return `${component}@${version}${platform === undefined ? '' : `:${platform}`}`;
}

/**
 * Reads `COMPONENT@VERSION` or `COMPONENT@VERSION:OS/ARCH`; the version is one release.
 *
 * @param source what gave it, to be named in an error: `--forget-name`
 * @throws RequestError `usage`, `version-malformed`
 */
export function parseWrittenName(text: string, source: string): WrittenName {
  const { component, version, platform } = WRITTEN.exec(text)?.groups ?? {};
  if (component === undefined || version === undefined) {
    throw new RequestError('usage', `${source} does not take ${excerpt(text)}`, {
      wanted: 'COMPONENT@VERSION or COMPONENT@VERSION:OS/ARCH',
      found: excerpt(text),
      next: `write for example ${source} kubectl@v1.30.2:linux/amd64`,
    });
  }
  return {
    component,
    version: formatReleaseVersion(parseReleaseVersion(version)),
    ...(platform === undefined ? {} : { platform }),
  };
}

const WRITTEN = /^(?<component>[^@:\s]{1,128})@(?<version>[^@:\s]+)(?::(?<platform>[a-z0-9]+\/[a-z0-9]+))?$/;
