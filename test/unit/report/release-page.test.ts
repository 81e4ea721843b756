/** The page of the audit of a release. */
import { describe, expect, it } from 'vitest';
import { PAGE_BEGINNING } from '../../../src/report/frame.ts';
import type { ReleaseReport, ReleaseRow } from '../../../src/report/report-data.ts';
import {
  assertAsksNobody,
  assertOnlyText,
  assertTables,
  dataOf,
  elementsCalled,
  HOSTILE,
} from './page-checks.ts';
import { byId, elementsOf, readPage, textOf } from './read-page.ts';
import { aComparison, aFile, anAudit, aRelease, pageOf } from './release-reports.ts';
import { anError } from './scan-reports.ts';

const GOLDEN = '../../fixtures/report-pages';

describe('the page of a release', () => {
  it.each<readonly [string, () => readonly [ReleaseReport, readonly ReleaseRow[]]]>([
    ['mixed', aRelease],
    ['all-genuine', () => [anAudit([aFile()]), [aFile()]]],
    ['failed', () => [whollyFailed(), []]],
  ])('is always the same: %s', async (name, make) => {
    const page = await pageOf(...make());
    await expect(page).toMatchFileSnapshot(`${GOLDEN}/release-${name}.html`);
    expect(page.startsWith(PAGE_BEGINNING)).toBe(true);
    expect(await pageOf(...make())).toBe(page);
    assertAsksNobody(readPage(page));
    assertTables(readPage(page));
  });

  it('begins its title with the verdict, and tells what is refused first', async () => {
    const page = readPage(await pageOf(...aRelease()));
    expect(elementsCalled(page, 'title').map(textOf)).toEqual([
      '2 of 4 signed files genuine: Kubernetes v1.36.2',
    ]);
    const items = elementsCalled(byId(page, 'look'), 'li').map(textOf);
    expect(items.map((text) => text.slice(0, 18))).toEqual([
      '\u2717 refused: another',
      '! inconsistent bin',
      '! differs SHA256SU',
    ]);
    expect(textOf(byId(page, 'compared'))).toContain('Also listed: bin/linux/amd64/kubelet.old');
    expect(textOf(byId(page, 'others'))).toContain('checksums.yml');
    const good = readPage(await pageOf(anAudit([aFile()]), [aFile()]));
    expect(elementsCalled(good, 'title').map(textOf)).toEqual(['Genuine: Kubernetes v1.36.2']);
    expect(elementsCalled(good, 'h1').map(textOf)).toEqual([
      '\u2713 Kubernetes v1.36.2: the one signed file is genuine',
    ]);
    expect(textOf(good)).toContain('Nothing needs a look.');
  });

  it('tells once what asks for all that was not judged', async () => {
    const again = 'k8s-verify release v1.36.2 --mirror https://dl.k8s.io';
    const error = anError({
      exitCode: 4,
      next: [{ text: 'ask dl.k8s.io for what is missing', command: again }],
    });
    const rows = Array.from({ length: 111 }, (_, index) =>
      aFile({ path: `bin/linux/amd64/file-${index}`, verdict: 'not-judged', proved: false, error }),
    );
    const page = readPage(await pageOf(anAudit(rows), rows));
    const commands = elementsCalled(page, 'code').map(textOf);
    expect(commands.filter((one) => one === again)).toEqual([again]);
    expect(textOf(byId(page, 'look'))).toContain('Once, for 111 files Ask dl.k8s.io for what is missing:');
  });

  it.each([
    [[], 'No file is proved, and nothing was written to proved .'],
    [['proved/SHA256SUMS'], '1 file was written to proved .'],
    [['proved/SHA256SUMS', 'proved/x.sigstore.json'], '2 files were written to proved .'],
  ])('says what was written: %j', async (files, words) => {
    const written = { directory: 'proved', files, leftOut: [] };
    const page = readPage(await pageOf(anAudit([aFile()], { written }), [aFile()]));
    expect(textOf(byId(page, 'more'))).toContain(words);
  });

  it('shows when the files were signed', async () => {
    const page = readPage(await pageOf(...aRelease()));
    const [picture] = elementsCalled(page, 'svg');
    expect(picture?.attributes.get('aria-label')).toBe(
      '3 signings over time, at most 2 in one of 60 equal parts',
    );
    expect(elementsOf(byId(page, 'signers')).map(({ attributes }) => attributes.get('datetime'))).toContain(
      '2026-10-14T14:31:02.000Z',
    );
  });

  it('holds the object that --json prints, and its digest', async () => {
    const [report, rows] = aRelease();
    expect(dataOf(await pageOf(report, rows))).toEqual({ ...report, results: rows });
  });

  it('has at most 2 MB with 150 files', async () => {
    const rows = Array.from({ length: 150 }, (_, index) =>
      aFile({ path: `bin/linux/amd64/kubelet-${index}` }),
    );
    expect(Buffer.byteLength(await pageOf(anAudit(rows), rows))).toBeLessThan(2_000_000);
  });

  it.each(HOSTILE)('takes nothing that others wrote for more than text: %s', async (_, text) => {
    const [report, rows] = everywhere(text);
    const source = await pageOf(report, rows);
    assertOnlyText(source, await pageOf(...everywhere('x')));
    expect(dataOf(source)).toEqual(JSON.parse(JSON.stringify({ ...report, results: rows })));
  });
});

function whollyFailed(): ReleaseReport {
  const { release: _release, summary: _summary, compared: _compared, ...rest } = anAudit([]);
  const { corroborated: _corroborated, unsignedByDesign: _unsigned, ...run } = rest;
  return { ...run, exitCode: 4, error: anError({ exitCode: 4, message: 'dl.k8s.io could not be reached' }) };
}

/** An audit that has the text wherever it can come from others. */
function everywhere(text: string): readonly [ReleaseReport, readonly ReleaseRow[]] {
  const error = anError({
    message: text,
    wanted: text,
    found: text,
    from: text,
    why: text,
    next: [{ text, command: text }],
  });
  const rows = [
    aFile({
      component: text,
      version: text,
      platform: text,
      path: text,
      url: text,
      kind: text,
      signedAt: text,
      sha256: text,
    }),
    aFile({ verdict: text, error, logEntries: [{ logIndex: `1${text}`, logId: text, logUrl: text }] }),
  ];
  const difference = { path: text, algorithm: text, found: text, wanted: text, wantedBy: text };
  const compared = [
    aComparison({
      source: text,
      from: text,
      outcome: text,
      detail: text,
      differs: [difference],
      notListed: [text],
      extra: [text],
      error,
    }),
  ];
  const others = {
    file: text,
    agrees: 1,
    differs: [difference],
    notListed: 2,
    notProved: [text],
    detail: text,
  };
  const report = anAudit(rows, {
    release: text,
    exitCode: 22,
    error,
    compared,
    corroborated: [others],
    unsignedByDesign: [text],
    written: { directory: text, files: [text] },
    commandLine: text,
    version: text,
  });
  return [report, rows];
}
