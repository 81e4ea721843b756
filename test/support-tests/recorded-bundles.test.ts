import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { at } from '#support/json';
import { createLocalSigstore } from '#support/local-sigstore';
import { sharedFile } from '#support/shared';
import { shapeOf } from './shape-of.ts';

const sigstore = createLocalSigstore({ rekor: { prefill: [3, 5] } });
const bytes = Buffer.from('the bytes of a release binary');
const payload = { _type: 'https://in-toto.io/Statement/v1', subject: [] };

const CASES = [
  { recorded: 'happy-path-v0.1', version: '0.1', make: () => sigstore.signBlob({ bytes }) },
  { recorded: 'happy-path-v0.3', version: '0.3', make: () => sigstore.signBlob({ bytes }) },
  {
    recorded: 'managed-key-happy-path',
    version: '0.3',
    make: () => sigstore.signBlob({ bytes, managedKey: 'p256', timestamps: [{}] }),
  },
  {
    recorded: 'rekor2-timestamp-with-embedded-cert',
    version: '0.3',
    make: () => sigstore.signBlob({ bytes, log: 'rekor-v2' }),
  },
  {
    recorded: 'rekor2-dsse-happy-path',
    version: '0.3',
    make: () => sigstore.signDsse({ payload, log: 'rekor-v2', entryKind: 'hashedrekord' }),
  },
] as const;

/** Some clients of version 0.3 write it. */
const OLD_MEDIA_TYPE_OF_0_3 = 'application/vnd.dev.sigstore.bundle+json;version=0.3';

const recorded = (name: string, file: string): string | undefined =>
  sharedFile(`conformance/cases/${name}/${file}`);

describe.skipIf(recorded('happy-path-v0.3', 'bundle.sigstore.json') === undefined)(
  'against recorded bundles (needs ../shared)',
  () => {
    it.each(CASES)(
      '$recorded has the same members of the same types',
      ({ recorded: name, version, make }) => {
        const real: unknown = readJson(recorded(name, 'bundle.sigstore.json'));
        const ours = make().bundleJson(version);
        expect(shapeOf(ours)).toEqual(shapeOf(real));
        expect(shapeOf(bodyOf(ours))).toEqual(shapeOf(bodyOf(real)));
        expect([ours.mediaType, OLD_MEDIA_TYPE_OF_0_3]).toContain(at(real, 'mediaType'));
      },
    );

    it('the trusted root has the same members of the same types', () => {
      const real = readJson(recorded('rekor2-timestamp-with-embedded-cert', 'trusted_root.json'));
      const ours = sigstore.trustedRootJson();
      expect(Object.keys(ours)).toEqual(Object.keys(Object(real)));
      expect(ours.mediaType).toBe(at(real, 'mediaType'));
      for (const list of ['tlogs', 'certificateAuthorities', 'timestampAuthorities'] as const) {
        expect(shapeOf(ours[list][0])).toEqual(shapeOf(at(real, list, 0)));
      }
      expect(shapeOf(ours.ctlogs[0])).toEqual(shapeOf(at(real, 'ctlogs', 2)));
    });
  },
);

function readJson(path: string | undefined): unknown {
  return JSON.parse(readFileSync(path ?? '', 'utf8'));
}

/** The first log entry's body. */
function bodyOf(bundle: unknown): unknown {
  const body = at(bundle, 'verificationMaterial', 'tlogEntries', 0, 'canonicalizedBody');
  return JSON.parse(Buffer.from(String(body), 'base64').toString());
}
