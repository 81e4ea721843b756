/** packaging/install.sh with the version, the repository and the digests of a release. */
import { archiveName, TARGETS } from '../executable/targets.ts';
import { digestOf, type Release } from './release.ts';

/** @throws Error where the template lacks a place that is filled in */
export function installScript(template: string, release: Release): string {
  const archives = TARGETS.filter(({ platform }) => platform !== 'win32').map(archiveName);
  const values = {
    VERSION: release.version,
    REPOSITORY: release.repository,
    DIGESTS: archives.map((name) => `${digestOf(release, name)}  ${name}`).join('\n'),
  };
  return Object.entries(values).reduce((text, [name, value]) => {
    if (!text.includes(`'@${name}@'`)) throw new Error(`the template has no '@${name}@'`);
    return text.replaceAll(`@${name}@`, () => value);
  }, template);
}
