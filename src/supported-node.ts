import { RequestError } from './errors.ts';

/** `engines` of package.json; `bin/k8s-verify.js` has the same in words that any Node can parse. */
function isSupported(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  if (major >= 26) return true;
  if (major === 24) return minor >= 15;
  return major === 22 && (minor > 22 || (minor === 22 && patch >= 2));
}

/**
 * An older Node lacks functions that are called in the middle of a run; it is told before there is one.
 *
 * @param version without a `v`, as `process.versions.node`.
 * @throws RequestError `usage`
 */
export function assertSupportedNode(version: string = process.versions.node): void {
  if (isSupported(version)) return;
  throw new RequestError('usage', `k8s-verify needs another Node than v${version}`, {
    expected: 'Node 22.22.2, 24.15.0, 26 or newer',
    found: `v${version}`,
    advice: 'run it with a newer Node: https://nodejs.org',
  });
}
