import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { NOTICE_HEADING } from '../../scripts/third-party-licenses.ts';
import { ROOT } from './packed.ts';

interface Component {
  readonly 'bom-ref': string;
  readonly licenses?: readonly unknown[];
  readonly hashes?: readonly unknown[];
}

const sbom: {
  readonly bomFormat: string;
  readonly metadata: { readonly component: { readonly name: string } };
  readonly components: readonly Component[];
} = JSON.parse(execFileSync(process.execPath, ['scripts/sbom.ts'], { cwd: ROOT, encoding: 'utf8' }));
const listed = sbom.components.map((component) => component['bom-ref']);

describe('the software bill of materials', () => {
  it('is a CycloneDX document about k8s-verify', () => {
    expect(sbom.bomFormat).toBe('CycloneDX');
    expect(sbom.metadata.component.name).toBe('k8s-verify');
  });

  it('lists every runtime dependency', () => {
    const manifest: { readonly dependencies: Readonly<Record<string, string>> } = JSON.parse(
      readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
    );
    const runtime = Object.entries(manifest.dependencies).map(([name, version]) => `${name}@${version}`);
    expect(listed).toStrictEqual(expect.arrayContaining(runtime));
  });

  it('lists every package that is bundled into the command line', () => {
    const notices = readFileSync(path.join(ROOT, 'dist/THIRD-PARTY-LICENSES'), 'utf8');
    const bundled = [...notices.matchAll(NOTICE_HEADING)].map(([, name, version]) => `${name}@${version}`);
    expect(bundled).toContain('cli-progress@3.12.0');
    expect(listed).toStrictEqual(expect.arrayContaining(bundled));
  });

  it('lists nothing that is for development only', () => {
    expect(
      listed.filter((ref) => /^(?:vitest|typescript|rolldown|oxlint|sigstore)@/.test(ref)),
    ).toStrictEqual([]);
  });

  it('gives the license and the hash of each', () => {
    expect(sbom.components.filter((item) => !item.licenses?.length || !item.hashes?.length)).toStrictEqual(
      [],
    );
  });
});
