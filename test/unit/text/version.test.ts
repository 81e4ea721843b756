import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { RELEASED, VERSION } from '../../../src/text/version.ts';

it('is the version of the package', () => {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  expect(JSON.parse(text)).toMatchObject({ version: VERSION });
});

it('is dated as the changelog dates it', () => {
  const changelog = readFileSync(new URL('../../../CHANGELOG.md', import.meta.url), 'utf8');
  const heading = changelog
    .split('\n')
    .find((line) => line.startsWith(`## ${VERSION} `) || line.startsWith(`## [${VERSION}] `));
  expect(RELEASED).toBe(/\d{4}-\d\d-\d\d$/.exec(heading ?? '')?.[0]);
});
