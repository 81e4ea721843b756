/** Scans as `--json` prints them. */
import type { ReportedError, ScanReport, ScanRow } from '../../../src/report/report-data.ts';
import { scanPage } from '../../../src/report/scan-page.ts';
import { anArtifactResult } from '../cli/results.ts';

const IDENTITY = 'krel-staging@k8s-releng-prod.iam.gserviceaccount.com';
const ISSUER = 'https://accounts.google.com';
const LOG = 'https://rekor.sigstore.dev';

export function aGenuineRow(change: Partial<ScanRow> = {}): ScanRow {
  return {
    verdict: 'genuine',
    proved: true,
    path: '/usr/bin/kubelet',
    owner: { user: 0, group: 0 },
    mode: '0755',
    component: 'kubelet',
    version: 'v1.36.2',
    platform: 'linux/amd64',
    sha256: '7f3a3ac62451361b49a58a868bdc58b017579cc544b9d727c1a75d7a5802de4c',
    name: { bound: true, by: ['release-manifest', 'binary'] },
    signer: { kind: 'certificate-identity', subjectAlternativeName: IDENTITY, issuer: ISSUER },
    signedAt: '2026-10-14T14:05:40.000Z',
    logEntries: [{ logIndex: '102030405', logId: 'c0d2'.repeat(16), logUrl: LOG }],
    evidence: {
      kind: 'detached',
      location: 'https://dl.k8s.io/release/v1.36.2/bin/linux/amd64/kubelet.sig',
      log: LOG,
    },
    checks: anArtifactResult().checks,
    notes: [],
    ...change,
  };
}

export function anError(change: Partial<ReportedError> = {}): ReportedError {
  return {
    exitCode: 12,
    message: '/usr/local/bin/kubectl is not the kubectl v1.36.2 linux/amd64 that Kubernetes signed',
    wanted: `sha256:${'a'.repeat(64)}`,
    found: `sha256:${'b'.repeat(64)}`,
    why: 'it says that it is kubectl v1.36.2; it was changed, or built by someone else',
    next: [
      {
        text: 'get the released file',
        command: 'k8s-verify kubectl v1.36.2 --output /usr/local/bin/kubectl',
      },
    ],
    ...change,
  };
}

export function aRefusedRow(change: Partial<ScanRow> = {}): ScanRow {
  return {
    verdict: 'refused',
    proved: false,
    path: '/usr/local/bin/kubectl',
    owner: { user: 1000, group: 1000 },
    mode: '0775',
    component: 'kubectl',
    version: 'v1.36.2',
    platform: 'linux/amd64',
    sha256: 'b'.repeat(64),
    error: anError(),
    ...change,
  };
}

export function aScan(rows: readonly ScanRow[], change: Partial<ScanReport> = {}): ScanReport {
  const count = (verdict: string): number => rows.filter((row) => row.verdict === verdict).length;
  const failed = rows.some((row) => !row.proved && row.allowed === undefined);
  const more = { schemaVersion: 1, ok: !failed, results: [] };
  return {
    ...more,
    command: 'scan',
    exitCode: failed ? 12 : 0,
    summary: {
      found: rows.length,
      genuine: count('genuine'),
      refused: count('refused'),
      unsigned: count('unsigned'),
      notAllowed: count('not-allowed'),
      notJudged: count('not-judged'),
      otherBuilder: count('other-builder'),
      unreadable: count('unreadable'),
      allowed: rows.filter((row) => row.allowed !== undefined).length,
    },
    machine: {
      host: 'node-7',
      system: 'Debian GNU/Linux 13 (trixie), Linux 6.12.48 x64',
      places: ['/usr/bin', '/usr/local/bin'],
      processes: { programs: 211, unread: 0 },
      unread: { count: 0, first: [] },
    },
    notes: [],
    version: '1.0.0',
    time: '2026-11-28T17:40:12.345Z',
    trustedRoot: { source: 'tuf', tufVersion: 16, asOf: '2026-11-27T08:30:00Z', sha256: 'e'.repeat(64) },
    commandLine: 'k8s-verify scan --processes',
    ...(failed ? { error: anError() } : {}),
    ...change,
  };
}

/** A node with one of each. */
export function aNode(): readonly [ScanReport, readonly ScanRow[]] {
  const rows = [
    aGenuineRow({ pids: [812, 4711] }),
    aGenuineRow({ path: '/usr/bin/kubeadm', component: 'kubeadm', sha256: '1'.repeat(64), mode: '0777' }),
    aRefusedRow(),
    aRefusedRow({
      verdict: 'other-builder',
      path: '/opt/bin/kubelet',
      component: 'kubelet',
      version: 'v1.35.1-eks-1a2b3c4',
      allowed: { by: 'vendor', reason: 'eks' },
      error: anError({
        exitCode: 24,
        message: "/opt/bin/kubelet is not a build of Kubernetes' own releases",
        next: [],
      }),
    }),
    aRefusedRow({
      verdict: 'not-judged',
      path: '/opt/bin/kubectl',
      error: anError({
        exitCode: 4,
        message: 'nothing was found that shows who signed /opt/bin/kubectl',
        next: [
          { text: 'get the released file', command: 'k8s-verify kubectl v1.36.2 --output /opt/bin/kubectl' },
        ],
      }),
    }),
  ];
  const unread = {
    count: 3,
    first: [{ path: '/opt/private', reason: 'a file that this user may not read' }],
  };
  const base = aScan(rows);
  const notes = [{ code: 'scan-unread', text: '3 files or directories could not be read' }] as const;
  const machine = base.machine && { ...base.machine, unread };
  return [{ ...base, notes, ...(machine === undefined ? {} : { machine }) }, rows];
}

/** The page, as it is written. */
export async function piecesOf(report: ScanReport, rows: readonly ScanRow[]): Promise<readonly string[]> {
  const json = rows.map((row) => JSON.stringify(row));
  const pieces: string[] = [];
  // oxlint-disable-next-line typescript/require-await -- what a page is made of comes from a file
  const each = async function* (): AsyncGenerator<string, void, void> {
    yield* json;
  };
  for await (const piece of scanPage(report, each)) pieces.push(piece);
  return pieces;
}

export async function pageOf(report: ScanReport, rows: readonly ScanRow[]): Promise<string> {
  return (await piecesOf(report, rows)).join('');
}
