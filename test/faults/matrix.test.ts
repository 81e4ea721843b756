/**
 * The fault matrix: each way in which a transfer can fail, at each thing that an install asks for. A fault that passes
 * costs a line that says why; one that does not ends in the code and the words that are right for it, with nothing
 * installed and the disk as it was.
 */
import { describe, expect, it } from 'vitest';
import { snapshot } from '#support/temp-dir';
import { told, withInstalled } from './expected.ts';
import { ROWS, startScene } from './matrix.ts';

describe('the fault matrix', () => {
  it.concurrent.for(ROWS.map((row) => [row.name, row] as const))('%s', async ([, row]) => {
    const { fault, target, outcome } = row;
    await using world = await startScene(row);
    const before = await snapshot(world.dir.path);
    const { error, events } = await world.install({ version: target.version }, fault.http);
    // The release manifest has side files, too, and is asked for in vain.
    const retries = events.flatMap((event) =>
      event.kind === 'retry' && event.url.endsWith(target.path) && !event.url.includes('.spdx')
        ? [event.reason]
        : [],
    );
    expect(retries).toHaveLength(fault.retriesOf?.[target.name] ?? fault.retries);
    for (const reason of retries) expect(reason).toContain(fault.reason);
    expect(told(error)).toContain(outcome.kind === 'refused' ? `${outcome.code}: ` : 'installed');
    expect(told(error)).toContain(outcome.kind === 'refused' ? outcome.text : '');
    expect(await snapshot(world.dir.path)).toEqual(
      outcome.kind === 'refused' ? before : withInstalled(before, target.resolved),
    );
  });
});
