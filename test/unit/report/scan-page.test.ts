/** The page of a scan: what it says, that it asks nobody, and that nothing which others wrote becomes a part of it. */
import { describe, expect, it } from 'vitest';
import { PAGE_BEGINNING } from '../../../src/report/frame.ts';
import type { ScanReport, ScanRow } from '../../../src/report/report-data.ts';
import { STYLE } from '../../../src/report/style.ts';
import {
  assertAsksNobody,
  assertOnlyText,
  assertTables,
  dataOf,
  elementsCalled,
  HOSTILE,
} from './page-checks.ts';
import { byId, childrenOf, readPage, textOf } from './read-page.ts';
import { aGenuineRow, aNode, anError, aRefusedRow, aScan, pageOf, piecesOf } from './scan-reports.ts';

const GOLDEN = '../../fixtures/report-pages';

describe('the page of a scan', () => {
  it.each<readonly [string, () => readonly [ScanReport, readonly ScanRow[]]]>([
    ['a-node', aNode],
    ['all-genuine', () => [aScan([aGenuineRow()]), [aGenuineRow()]]],
    ['nothing-found', () => [aScan([]), []]],
    ['failed', () => [whollyFailed(), []]],
  ])('is always the same: %s', async (name, make) => {
    const page = await pageOf(...make());
    await expect(page).toMatchFileSnapshot(`${GOLDEN}/scan-${name}.html`);
    expect(page.startsWith(PAGE_BEGINNING)).toBe(true);
    expect(await pageOf(...make())).toBe(page);
    readPage(page);
  });

  it('begins its title with the verdict, and says the rest in words', async () => {
    const page = readPage(await pageOf(...aNode()));
    expect(elementsCalled(page, 'title').map(textOf)).toEqual(['2 of 5 genuine: node-7']);
    expect(elementsCalled(page, 'h1').map(textOf)).toEqual(['\u2717 node-7: 2 of 5 genuine']);
    const look = textOf(byId(page, 'look'));
    expect(look).toMatch(/^What needs a look \u2717 refused: not what was signed/);
    expect(look).toContain('genuine, but everybody can change it:');
    expect(look).toContain('k8s-verify kubectl v1.36.2 --output /usr/local/bin/kubectl');
    expect(textOf(byId(page, 'machine'))).toContain('/opt/private : a file that this user may not read');
    expect(textOf(byId(page, 'file-1'))).toMatch(
      /kubelet v1\.36\.2 linux\/amd64 .*genuine yes \(2 processes\)/,
    );
    expect(textOf(byId(page, 'file-4'))).toContain('let pass by --allow-vendor: eks');
    expect(textOf(byId(page, 'signers'))).toContain('2 files');
    const good = readPage(await pageOf(aScan([aGenuineRow()]), [aGenuineRow()]));
    expect(textOf(good)).toContain('Nothing needs a look.');
    expect(textOf(good)).not.toContain('Exit code');
  });

  it('holds the object that --json prints, and its digest', async () => {
    const [report, rows] = aNode();
    expect(dataOf(await pageOf(report, rows))).toEqual({ ...report, results: rows });
  });

  it('lets one script run, by its digest, and fetches nothing', async () => {
    const page = readPage(await pageOf(...aNode()));
    expect(elementsCalled(page, 'table').length).toBeGreaterThan(1);
    assertAsksNobody(page);
    assertTables(page);
  });

  it('has one link for each log entry of the public log, made of its number alone', async () => {
    const entry = { logIndex: '7', logId: 'a', logUrl: 'https://rekor.sigstore.dev' };
    const rows = [
      aGenuineRow({ logEntries: [entry] }),
      aGenuineRow({ logEntries: [{ ...entry, logUrl: 'https://rekor.example.com' }] }),
      aGenuineRow({ logEntries: [{ ...entry, logIndex: '7"onclick="x' }] }),
      aGenuineRow({ logEntries: [{ ...entry, logUrl: 'javascript:alert(1)' }] }),
    ];
    const page = readPage(await pageOf(aScan(rows), rows));
    const links = elementsCalled(byId(page, 'files'), 'a');
    expect(links.map(({ attributes }) => Object.fromEntries(attributes))).toEqual([
      { rel: 'noreferrer', href: 'https://search.sigstore.dev/?logIndex=7' },
    ]);
  });
});

describe('what others wrote', () => {
  it.each([...HOSTILE, ['nothing', ''] as const])('stays text: %s', async (_, text) => {
    const [report, rows] = everywhere(text);
    const source = await pageOf(report, rows);
    assertOnlyText(source, await pageOf(...everywhere('x')));
    expect(dataOf(source)).toEqual(JSON.parse(JSON.stringify({ ...report, results: rows })));
  });

  it('is shown as it would be typed, with what is not seen in its place', async () => {
    const row = aGenuineRow({ path: '/bin/kube\u202ectl\t<b>' });
    const page = readPage(await pageOf(aScan([row]), [row]));
    const [name] = elementsCalled(byId(page, 'file-1'), 'th');
    expect(name && textOf(name)).toBe(String.raw`/bin/kube\u202ectl\u0009<b>`);
    expect(name && childrenOf(name)[0]?.name).toBe('bdi');
  });
});

describe('a page of many rows', () => {
  it('has at most 2 MB with 150', async () => {
    const rows = Array.from({ length: 150 }, (_, index) =>
      aGenuineRow({ path: `/usr/bin/kubelet-${index}` }),
    );
    expect(Buffer.byteLength(await pageOf(aScan(rows), rows))).toBeLessThan(2_000_000);
  });

  it('comes in small pieces, so that it never is in memory as a whole', async () => {
    const rows = Array.from({ length: 3000 }, () => aGenuineRow());
    const sizes = (await piecesOf(aScan(rows), rows)).map((piece) => piece.length);
    expect(sizes.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(10_000_000);
    expect(Math.max(...sizes)).toBeLessThan(20_000);
  });

  it('tells a command for all of them once, and those of one file with it', async () => {
    const again = 'k8s-verify scan --processes --mirror https://dl.k8s.io';
    const rows = [1, 2, 3].map((number) =>
      aRefusedRow({
        path: `/opt/bin/kubectl-${number}`,
        verdict: 'not-judged',
        error: anError({
          exitCode: 4,
          next: [
            { text: 'get the released file', command: `k8s-verify kubectl v1.36.2 --output ${number}` },
            { text: 'then', command: again },
          ],
        }),
      }),
    );
    const source = await pageOf(aScan(rows), rows);
    const page = readPage(source);
    const commands = elementsCalled(page, 'code').map(textOf);
    expect(commands.filter((one) => one === again)).toEqual([again]);
    expect(textOf(byId(page, 'look'))).toMatch(
      /^What needs a look Once, for 3 files Run it again: k8s-verify scan/,
    );
    for (const number of [1, 2, 3]) {
      const own = `k8s-verify kubectl v1.36.2 --output ${number}`;
      expect(commands.filter((one) => one === own)).toEqual([own, own]);
      expect(textOf(byId(page, `file-${number}`))).toContain('See what to do once for several files');
    }
    expect(dataOf(source)).toEqual({ ...aScan(rows), results: rows });
  });

  it('tells the first that need a look', async () => {
    const rows = Array.from({ length: 500 }, () => aRefusedRow());
    const page = readPage(await pageOf(aScan(rows), rows));
    const items = elementsCalled(byId(page, 'look'), 'li');
    // The command that they share, 200 of them, and the rest.
    expect(items).toHaveLength(202);
    expect(textOf(items.at(-1) ?? page)).toBe('300 more files: see the table below.');
  });
});

describe('the colours', () => {
  const [light = '', dark = ''] = Array.from(STYLE.matchAll(/:root \{([^}]*)\}/g), ([, body]) => body);
  const PAIRS = ['text', 'quiet', 'link', 'good', 'bad', 'look', 'none'].flatMap((ink) =>
    ['page', 'card', 'soft', ...(['good', 'bad', 'look', 'none'].includes(ink) ? [`${ink}-back`] : [])].map(
      (ground) => [ink, ground] as const,
    ),
  );

  it.each([
    ['light', light],
    ['dark', dark],
  ])('can be read: %s', (_, scheme) => {
    const colours = new Map(
      Array.from(scheme.matchAll(/--([a-z-]+): (#[0-9a-f]{6})/g), ([, name = '', value = '']) => [
        name,
        value,
      ]),
    );
    for (const [ink, ground] of PAIRS) {
      const ratio = contrast(colours.get(ink) ?? '', colours.get(ground) ?? '');
      expect([ink, ground, ratio >= 4.5]).toEqual([ink, ground, true]);
    }
  });
});

/** As WCAG 2 counts it. */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function whollyFailed(): ScanReport {
  const { summary: _summary, machine: _machine, ...rest } = aScan([]);
  const error = anError({
    exitCode: 18,
    message: 'the trusted root is not valid',
    next: [{ text: 'get it again' }],
  });
  return { ...rest, exitCode: 18, error };
}

/** A scan that has the text wherever it can come from others. */
function everywhere(text: string): readonly [ScanReport, readonly ScanRow[]] {
  const error = anError({
    message: text,
    wanted: text,
    found: text,
    from: text,
    why: text,
    next: [{ text, command: text }],
  });
  const rows = [
    aGenuineRow({
      path: `/bin/${text}`,
      version: text,
      evidence: { kind: 'log-search', log: text, reason: text },
      signer: { kind: 'certificate-identity', subjectAlternativeName: text, issuer: text },
      signedAt: text,
      keptEvidence: text,
      notes: [{ code: 'evidence-not-used', text }],
      logEntries: [{ logIndex: `1${text}`, logId: text, logUrl: text }],
      policy: {
        path: text,
        sha256: text,
        exceptions: [{ sha256: 'e'.repeat(64), lifts: ['minimumAge'], reason: text, until: text }],
      },
    }),
    aRefusedRow({
      path: text,
      component: text,
      sha256: text,
      allowed: { by: 'digest', reason: text },
      error,
    }),
  ];
  const unread = { count: 1, first: [{ path: text, reason: text }] };
  const machine = { host: text, system: text, root: text, places: [text], unread };
  const trustedRoot = { source: 'file', path: text, sha256: text } as const;
  const notes = [{ code: 'scan-unread', text }] as const;
  return [
    aScan(rows, { machine, notes, commandLine: text, trustedRoot, version: text, exitCode: 12, error }),
    rows,
  ];
}
