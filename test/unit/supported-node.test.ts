import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assertSupportedNode } from '../../src/client.ts';
import { thrownBy } from '#support/thrown-by';

describe('the Node that is needed', () => {
  it.each(['22.22.2', '22.23.0', '24.15.0', '26.0.0', '27.0.0-nightly2027', process.versions.node])(
    'may be %s',
    (version) => {
      expect(() => assertSupportedNode(version)).not.toThrow();
    },
  );

  it.each(['20.20.2', '22.22.1', '23.11.0', '24.14.9', '25.9.0', ''])('may not be "%s"', (version) => {
    expect(thrownBy(() => assertSupportedNode(version))).toMatchObject({
      name: 'RequestError',
      code: 'usage',
      wanted: 'Node 22.22.2, 24.15.0, 26 or newer',
      found: `v${version}`,
    });
  });

  it('is the one of package.json', () => {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ engines: { node: '^22.22.2 || ^24.15.0 || >=26.0.0' } });
  });
});
