import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditTable } from '../../../src/cli/release-text.ts';
import type { TextStyle } from '../../../src/cli/style.ts';
import type { Comparison, ReleaseAudit, ReleaseFile } from '../../../src/release-result.ts';

const STYLE: TextStyle = { color: false, verbose: false };
const DIRECTORY = resolve('proved');

const GENUINE: ReleaseFile = {
  verdict: 'genuine',
  proved: true,
  component: 'kubectl',
  version: 'v1.30.2',
  path: 'bin/linux/amd64/kubectl',
  url: 'https://dl.k8s.io/release/v1.30.2/bin/linux/amd64/kubectl',
  kind: 'binary',
  logEntries: [],
  notes: [],
};

function audit(part: Partial<ReleaseAudit>): ReleaseAudit {
  return {
    schemaVersion: 1,
    release: 'v1.30.2',
    startedAt: '2026-11-29T00:00:00.000Z',
    results: [],
    compared: [],
    corroborated: [],
    unsignedByDesign: [],
    summary: {
      found: 0,
      genuine: 0,
      refused: 0,
      unsigned: 0,
      notAllowed: 0,
      notJudged: 0,
      inconsistent: 0,
      missing: 0,
      unsignedByDesign: 0,
    },
    notes: [],
    ...part,
  };
}

/** What is told of a directory with these files in it, and without those. */
function told(files: readonly string[], leftOut: readonly string[] = []): readonly string[] {
  const written = {
    directory: DIRECTORY,
    files: files.map((name) => join(DIRECTORY, name)),
    leftOut: leftOut.map((path) => ({ path, verdict: 'not-allowed' as const })),
  };
  return linesOf(audit({ written }), /proved|left out/);
}

function linesOf(run: ReleaseAudit, which: RegExp): readonly string[] {
  const lines = auditTable(run, STYLE).split('\n');
  return lines.map((line) => line.trim()).filter((line) => which.test(line));
}

describe('what an audit says that it wrote', () => {
  it.each<readonly [string, readonly string[], string]>([
    ['nothing', [], 'wrote nothing to proved: no file is proved'],
    ['the list alone', ['SHA256SUMS'], 'wrote 1 file to proved: SHA256SUMS'],
    [
      'a file by the manifest',
      ['SHA256SUMS', 'kubernetes-release.spdx', 'kubernetes-release.spdx.sigstore.json'],
      'wrote 3 files to proved: SHA256SUMS, bundles and the release manifest',
    ],
    [
      'a file by its bundle',
      ['SHA256SUMS', 'bin/linux/amd64/kubectl.sigstore.json'],
      'wrote 2 files to proved: SHA256SUMS and bundles',
    ],
  ])('%s', (_, files, line) => {
    expect(told(files)).toEqual([line]);
  });

  it('names no more than 20 of the files that it left out', () => {
    const paths = Array.from({ length: 111 }, (_, index) => `bin/linux/amd64/file-${index}`);
    const [, few] = told(['SHA256SUMS'], paths.slice(0, 20));
    expect(few).toMatch(/^left out there: .*file-19 \(not-allowed\)$/);
    const [, many] = told(['SHA256SUMS'], paths);
    expect(many).toMatch(/file-19 \(not-allowed\), and 91 more$/);
  });
});

describe('what an audit says of a SHA512SUMS that nothing else can be held against', () => {
  const SUMS: Comparison = {
    source: 'SHA512SUMS',
    from: 'https://dl.k8s.io',
    proved: false,
    outcome: 'not-comparable',
    agrees: 0,
    differs: [],
    notListed: [],
    extra: [],
    detail: '',
  };
  const NOT_COMPARED = 'SHA512SUMS: not compared, since nothing else here has such digests';

  it.each<readonly [string, readonly ReleaseFile[], string]>([
    ['names --deep', [GENUINE], `${NOT_COMPARED}; --deep compares it with the files themselves`],
    ['does not, after that', [{ ...GENUINE, bytes: 1 }], NOT_COMPARED],
    ['does not, where no file is proved', [{ ...GENUINE, proved: false, verdict: 'refused' }], NOT_COMPARED],
  ])('%s', (_, results, line) => {
    expect(linesOf(audit({ results, compared: [SUMS] }), /SHA512SUMS/)).toEqual([line]);
  });
});
