/** Audits of a release as `--json` prints them. */
import { releasePage } from '../../../src/report/release-page.ts';
import type {
  ReleaseReport,
  ReleaseRow,
  ReportedComparison,
  ScanRow,
} from '../../../src/report/report-data.ts';
import { aGenuineRow, anError, aScan } from './scan-reports.ts';

export function aFile(change: Partial<ReleaseRow> = {}): ReleaseRow {
  const { owner: _owner, mode: _mode, ...proof }: ScanRow = aGenuineRow();
  const path = 'bin/linux/amd64/kubelet';
  return {
    ...proof,
    component: 'kubelet',
    path,
    url: `https://dl.k8s.io/release/v1.36.2/${path}`,
    kind: 'binary',
    sha512: '2'.repeat(128),
    ...change,
  };
}

export function aComparison(change: Partial<ReportedComparison> = {}): ReportedComparison {
  return {
    source: 'SHA256SUMS',
    from: 'https://dl.k8s.io',
    proved: false,
    outcome: 'agrees',
    agrees: 2,
    differs: [],
    notListed: [],
    extra: [],
    detail: 'agrees about 2; is not signed, and no proof',
    ...change,
  };
}

export function anAudit(rows: readonly ReleaseRow[], change: Partial<ReleaseReport> = {}): ReleaseReport {
  const { summary: _summary, machine: _machine, ...run } = aScan([]);
  const count = (verdict: string): number => rows.filter((row) => row.verdict === verdict).length;
  return {
    ...run,
    command: 'release',
    release: 'v1.36.2',
    commandLine: 'k8s-verify release v1.36.2',
    summary: {
      found: rows.length,
      genuine: count('genuine'),
      refused: count('refused'),
      unsigned: count('unsigned'),
      notAllowed: count('not-allowed'),
      notJudged: count('not-judged'),
      inconsistent: count('inconsistent'),
      missing: count('missing'),
      unsignedByDesign: 2,
    },
    compared: [aComparison()],
    corroborated: [],
    unsignedByDesign: ['SHA256SUMS', 'provenance.json'],
    ...change,
  };
}

/** A release in which one of each is wrong. */
export function aRelease(): readonly [ReleaseReport, readonly ReleaseRow[]] {
  const error = anError({
    exitCode: 22,
    message: 'the published signature of kubectl v1.36.2 linux/amd64 is not its own',
    next: [{ text: 'take the file by its proven digest', command: 'k8s-verify kubectl v1.36.2' }],
  });
  const refused = anError({
    exitCode: 15,
    message: 'kubeadm v1.36.2 is signed by another identity',
    next: [],
  });
  const unproved: ReleaseRow = {
    verdict: 'refused',
    proved: false,
    component: 'kubeadm',
    version: 'v1.36.2',
    platform: 'linux/amd64',
    path: 'bin/linux/amd64/kubeadm',
    url: 'https://dl.k8s.io/release/v1.36.2/bin/linux/amd64/kubeadm',
    kind: 'binary',
    logEntries: [],
    notes: [],
    error: refused,
  };
  const rows = [
    aFile({ signedAt: '2026-10-14T14:05:40.000Z' }),
    aFile({
      path: 'kubernetes.tar.gz',
      component: 'kubernetes',
      kind: 'tarball',
      signedAt: '2026-10-14T14:31:02.000Z',
    }),
    aFile({ path: 'bin/linux/amd64/kubectl', component: 'kubectl', verdict: 'inconsistent', error }),
    unproved,
  ];
  const difference = { path: 'bin/linux/amd64/kubelet', algorithm: 'sha256', wantedBy: 'proof' };
  const differs = [{ ...difference, found: 'b'.repeat(64), wanted: 'a'.repeat(64) }];
  return [
    anAudit(rows, {
      exitCode: 15,
      error: refused,
      compared: [
        aComparison({
          source: 'kubernetes-release.spdx',
          proved: true,
          detail: 'agrees about 3; is proved itself',
        }),
        aComparison({
          outcome: 'differs',
          differs,
          notListed: ['kubernetes.tar.gz'],
          extra: ['bin/linux/amd64/kubelet.old'],
          detail: 'differs about 1',
          error: anError({
            exitCode: 22,
            message: 'SHA256SUMS of v1.36.2 has another digest for 1 file',
            next: [],
          }),
        }),
      ],
      corroborated: [
        {
          file: 'checksums.yml',
          agrees: 1,
          differs,
          notListed: 2,
          notProved: ['kubeadm'],
          detail: 'agrees about 1',
        },
      ],
      written: { directory: '/srv/proved', files: ['/srv/proved/SHA256SUMS'] },
    }),
    rows,
  ];
}

/** The whole page. */
export async function pageOf(report: ReleaseReport, rows: readonly ReleaseRow[]): Promise<string> {
  const json = rows.map((row) => JSON.stringify(row));
  const pieces: string[] = [];
  // oxlint-disable-next-line typescript/require-await -- what a page is made of comes from a file
  const each = async function* (): AsyncGenerator<string, void, void> {
    yield* json;
  };
  for await (const piece of releasePage(report, each)) pieces.push(piece);
  return pieces.join('');
}
