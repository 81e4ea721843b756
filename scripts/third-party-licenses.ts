/** The licenses of bundled packages: each bundle comes with the notices that its parts ask for. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** One package that is part of a bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX identifier, as its package.json has it. */
  readonly license: string;
  readonly directory: string;
}

/** The line that begins each package's part of the notices: name, version, license. */
export const NOTICE_HEADING: RegExp = /^((?:@[a-z0-9-]+\/)?[a-z0-9.-]+) (\d+\.\d+\.\d+\S*) \(([^)]+)\)$/gm;

const PACKAGE_DIRECTORY = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//;
const LICENSE_FILE = /^(?:licen[cs]e|copying|notice)/i;

/** The packages that the modules belong to, by name and version. */
export function bundledPackages(moduleIds: readonly string[]): readonly BundledPackage[] {
  const directories = new Set(
    moduleIds.flatMap((id) => {
      const directory = PACKAGE_DIRECTORY.exec(id.replaceAll('\\', '/').replace(/^\0/, ''))?.[1];
      return directory === undefined ? [] : [directory];
    }),
  );
  return [...directories]
    .map(readPackage)
    .sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

function readPackage(directory: string): BundledPackage {
  const manifest: unknown = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8'));
  const field = (name: string): string => {
    const value: unknown = Object.entries(manifest ?? {}).find(([key]) => key === name)?.[1];
    if (typeof value !== 'string') throw new Error(`${directory}/package.json has no ${name}`);
    return value;
  };
  return { name: field('name'), version: field('version'), license: field('license'), directory };
}

/**
 * All notices as one text.
 *
 * @throws Error for a package that carries no license text, save those under Apache-2.0, whose text stands in LICENSE.
 */
export function licenseNotices(packages: readonly BundledPackage[]): string {
  const sections = packages.map((item) => {
    const files = readdirSync(item.directory).filter((name) => LICENSE_FILE.test(name));
    if (files.length === 0 && item.license !== 'Apache-2.0') {
      throw new Error(`${item.name} ${item.version} (${item.license}) carries no license text`);
    }
    const texts = files.map((name) => readFileSync(path.join(item.directory, name), 'utf8').trim());
    const body = texts.length > 0 ? texts : ['Apache License, Version 2.0: the text is in LICENSE.'];
    return [`${item.name} ${item.version} (${item.license})`, ...body].join('\n\n');
  });
  const rule = `\n\n${'-'.repeat(80)}\n\n`;
  return `Packages that are bundled here, with their licenses.${rule}${sections.join(rule)}\n`;
}
