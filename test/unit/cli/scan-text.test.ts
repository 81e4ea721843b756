import { describe, expect, it } from 'vitest';
import { ScanTally } from '../../../src/cli/scan-result.ts';
import type { ToldProgram } from '../../../src/cli/scan-said.ts';
import { scanTable } from '../../../src/cli/scan-text.ts';
import { columnsOf } from '../../../src/text/columns.ts';
import { anArtifactResult } from './results.ts';

const STYLE = { color: false, verbose: false, terminal: { columns: 80, unicode: true } } as const;

const told = (path: string, verdict: ToldProgram['verdict'] = 'genuine'): ToldProgram => ({
  path,
  verdict,
  exitCode: 0,
  isRunning: false,
  isDeleted: false,
});

describe('the table of a scan', () => {
  it('is aligned by columns, whatever the letters are', () => {
    const paths = ['/opt/工具/kubectl', '/opt/tools/kubectl', '/opt/e\u0301/🚀/kubectl'];
    const [header = '', ...lines] = scanTable(
      paths.map((path) => told(path)),
      undefined,
      STYLE,
    ).split('\n');
    const begins = lines
      .filter((line) => line !== '')
      .map((line) => columnsOf(line.split('genuine')[0] ?? ''));
    expect(new Set(begins)).toEqual(new Set([columnsOf(header.split('VERDICT')[0] ?? '')]));
    expect(begins).toHaveLength(paths.length);
  });

  it('calls nothing genuine that is attested only', () => {
    expect(scanTable([told('/opt/kubectl', 'attested')], undefined, STYLE)).toMatch(/ {2}attested\n$/);
  });
});

describe('the counts of a scan', () => {
  it('have nothing as genuine that is attested only', () => {
    const tally = new ScanTally('none');
    for (const claim of ['genuine', 'attested'] as const) {
      const artifact = anArtifactResult({ claim });
      tally.add({ kind: 'proved', path: '/opt/kubectl', pids: [], isDeleted: false, artifact });
    }
    expect(tally.counts).toMatchObject({ found: 2, genuine: 1 });
  });
});
