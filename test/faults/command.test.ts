/**
 * The fault matrix through the real command: each fault at one target. The exit code is that of the reason, stdout has
 * the answer, stderr has a line for each retry and no stack trace, and no promise is left to itself.
 */
import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../src/exit-codes.ts';
import { at } from '#support/json';
import { snapshot } from '#support/temp-dir';
import { withInstalled } from './expected.ts';
import { COMMAND_ROWS, startScene } from './matrix.ts';

describe('the fault matrix, through the command', () => {
  it.concurrent.for(COMMAND_ROWS.map((row) => [row.name, row] as const))('%s', async ([, row]) => {
    const { fault, target, outcome } = row;
    const refused = outcome.kind === 'refused' ? outcome : undefined;
    await using world = await startScene(row);
    const before = await snapshot(world.dir.path);
    const args = [...(fault.args ?? []), '--json'];
    const { exitCode, stdout, stderr } = await world.command({ version: target.version }, { args });

    expect({ exitCode, stderr }).toHaveProperty(
      'exitCode',
      refused === undefined ? 0 : EXIT_CODES[refused.code],
    );
    const answer: unknown = JSON.parse(stdout);
    expect(at(answer, 'exitCode')).toBe(exitCode);
    expect(at(answer, 'error', 'code')).toBe(refused?.code);
    expect(stderr).toContain(refused?.text ?? '');
    expect(stderr).not.toMatch(/^\s+at .*[:(]\d+/m);
    const retries = stderr
      .split('\n')
      .filter((line) => /^again: .*\)$/.test(line) && line.includes(target.path));
    expect(retries).toHaveLength(fault.retriesOf?.[target.name] ?? fault.retries);
    for (const line of retries) expect(line).toContain(fault.reason);
    expect(await snapshot(world.dir.path)).toEqual(
      refused === undefined ? withInstalled(before, target.resolved) : before,
    );
  });
});
