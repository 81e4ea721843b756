/** The pages in a real browser: no request, no complaint, a filter that works, and everything there without a script and on paper. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CHROMIUM, openTab, type Tab } from '#support/browser';
import { testDir } from '#support/test-dir';
import { HOSTILE } from './page-checks.ts';
import { aGenuineRow, aNode, aRefusedRow, aScan, pageOf } from './scan-reports.ts';

const PAGES = join(import.meta.dirname, '../../fixtures/report-pages');
const HAS_PDFTOTEXT = spawnSync('pdftotext', ['-v']).status === 0;
const SHOWN = 'document.querySelectorAll(".row:not([hidden])").length';

/** Types into the filter, or chooses. */
function put(id: string, value: string): string {
  return `{ const one = document.getElementById(${JSON.stringify(id)}); one.value = ${JSON.stringify(value)}; one.dispatchEvent(new Event("input")); }`;
}

async function opened(page: string): Promise<Tab> {
  const file = (await testDir()).join('page.html');
  writeFileSync(file, page);
  const tab = await openTab();
  await tab.open(pathToFileURL(file).href);
  return tab;
}

async function printed(
  tab: Tab,
  paper: { readonly paperWidth: number; readonly paperHeight: number },
): Promise<string> {
  const { data } = await tab.send('Page.printToPDF', { ...paper, preferCSSPageSize: false });
  const file = (await testDir()).join('page.pdf');
  writeFileSync(file, Buffer.from(String(data), 'base64'));
  return spawnSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' }).stdout;
}

const A4 = { paperWidth: 8.27, paperHeight: 11.69 };
const LETTER = { paperWidth: 8.5, paperHeight: 11 };

describe.skipIf(CHROMIUM === undefined)('a page in a browser (needs chromium)', () => {
  it('asks nobody for anything, and nothing in it is complained about', async () => {
    const tab = await openTab();
    for (const name of readdirSync(PAGES)) await tab.open(pathToFileURL(join(PAGES, name)).href);
    const rows = HOSTILE.map(([, text]) => aRefusedRow({ path: text, component: text, version: text }));
    const hostile = (await testDir()).join('hostile.html');
    writeFileSync(hostile, await pageOf(aScan(rows), rows));
    await tab.open(pathToFileURL(hostile).href);
    expect(await tab.evaluate(SHOWN)).toBe(rows.length);
    expect(tab.requests()).toEqual([]);
    expect(tab.complaints()).toEqual([]);
  });

  it('filters its rows by words, component and verdict', async () => {
    const tab = await opened(await pageOf(...aNode()));
    const shown = 'document.getElementById("filter-shown").textContent';
    expect(await tab.evaluate('document.getElementById("filter").hidden')).toBe(false);
    expect(await tab.evaluate(shown)).toBe('5 of 5 shown');
    await tab.evaluate(put('filter-text', 'KUBEADM v1.36'));
    expect([await tab.evaluate(SHOWN), await tab.evaluate(shown)]).toEqual([1, '1 of 5 shown']);
    await tab.evaluate(put('filter-text', ''));
    await tab.evaluate(put('filter-kind', 'kubelet'));
    expect(await tab.evaluate(SHOWN)).toBe(2);
    await tab.evaluate(put('filter-verdict', 'other-builder'));
    expect(await tab.evaluate(SHOWN)).toBe(1);
    expect(tab.complaints()).toEqual([]);
  });

  it('offers its data as a file', async () => {
    const [report, rows] = aNode();
    const tab = await opened(await pageOf(report, rows));
    const downloads = await testDir();
    await tab.send('Browser.setDownloadBehavior', {
      behavior: 'allow',
      downloadPath: downloads.path,
      eventsEnabled: true,
    });
    const done = tab.next('Browser.downloadProgress', ({ state }) => state === 'completed');
    await tab.evaluate('document.getElementById("save").click()');
    await done;
    const saved: unknown = JSON.parse(readFileSync(downloads.join('k8s-verify-scan.json'), 'utf8'));
    expect(saved).toEqual({ ...report, results: rows });
    expect(tab.complaints()).toEqual([]);
  });

  it('says everything without a script', async () => {
    const page = await pageOf(...aNode());
    const file = (await testDir()).join('page.html');
    writeFileSync(file, page);
    const tab = await openTab();
    await tab.send('Emulation.setScriptExecutionDisabled', { value: true });
    await tab.open(pathToFileURL(file).href);
    expect(await tab.evaluate(SHOWN)).toBe(5);
    // What would do nothing is not there.
    expect(await tab.evaluate('getComputedStyle(document.getElementById("filter")).display')).toBe('none');
    expect(await tab.evaluate('getComputedStyle(document.getElementById("save")).display')).toBe('none');
    expect(await tab.evaluate('document.querySelector("details summary").tabIndex')).toBe(0);
  });

  it('opens its details by the keyboard', async () => {
    const tab = await opened(await pageOf(...aNode()));
    await tab.evaluate('document.querySelector("#file-1 summary").focus()');
    for (const type of ['keyDown', 'keyUp']) {
      await tab.send('Input.dispatchKeyEvent', {
        type,
        key: 'Enter',
        code: 'Enter',
        windowsVirtualKeyCode: 13,
        text: '\r',
      });
    }
    expect(await tab.evaluate('document.querySelector("#file-1 details").open')).toBe(true);
  });

  it.each([320, 360, 1280])('is not wider than a screen of %d pixels', async (width) => {
    const tab = await openTab();
    await tab.send('Emulation.setDeviceMetricsOverride', {
      width,
      height: 800,
      deviceScaleFactor: 1,
      mobile: width < 500,
    });
    for (const name of readdirSync(PAGES)) {
      await tab.open(pathToFileURL(join(PAGES, name)).href);
      await tab.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
      const needed = Number(await tab.evaluate('document.documentElement.scrollWidth'));
      expect([name, needed <= width]).toEqual([name, true]);
    }
  });

  it.skipIf(!HAS_PDFTOTEXT).each([
    ['A4', A4],
    ['Letter', LETTER],
  ])('has all rows on paper, open and not filtered: %s (needs pdftotext)', async (_, paper) => {
    const rows = Array.from({ length: 30 }, (_one, index) =>
      aGenuineRow({ path: `/usr/bin/kubelet-${index}`, sha256: String(index).padStart(64, 'e') }),
    );
    const tab = await opened(await pageOf(aScan(rows), rows));
    await tab.evaluate(put('filter-text', 'kubelet-7'));
    expect(await tab.evaluate(SHOWN)).toBe(1);
    const text = await printed(tab, paper);
    for (const { path, sha256 } of rows) {
      expect(text).toContain(path);
      expect(text).toContain(sha256);
    }
    const pages = text.split('\f').filter((page) => page.trim() !== '');
    expect(pages.length).toBeGreaterThan(5);
    for (const [index, page] of pages.entries()) expect(page).toContain(`${index + 1} / ${pages.length}`);
    // The head of the table is on each page that has rows.
    const headed = pages
      .filter((page) => page.includes('kubelet-'))
      .filter((page) => !page.includes('Owner, mode'));
    expect(headed).toEqual([]);
    expect(text).not.toContain('Save the data');
  });
});
