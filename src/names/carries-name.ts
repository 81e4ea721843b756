import type { Minor } from '../release/component.ts';
import type { ReleaseVersion } from '../release/version.ts';

/**
 * Components whose real binaries were read (`npm run test:real`) and say component, version and platform themselves,
 * with the first minor release of which they do. Of these a name can be required without asking anything else.
 */
const CARRY_THEIR_NAME: ReadonlyMap<string, Minor> = new Map([['kubectl', [1, 26]]]);

/** Whether the binary of that component and version is known to say its own name. */
export function carriesName(component: string, { major, minor }: ReleaseVersion): boolean {
  const since = CARRY_THEIR_NAME.get(component);
  if (since === undefined) return false;
  const [sinceMajor, sinceMinor] = since;
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}
