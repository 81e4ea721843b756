import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const ENGINE = new URL('../../../src/cli/engine.ts', import.meta.url).href;

describe('the engine of the command line', () => {
  it('knows the flags that save memory: V8 complains on standard error of one that it does not know', () => {
    const code = `(await import(${JSON.stringify(ENGINE)})).takeLessMemory();`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
      env: { NODE_NO_WARNINGS: '1' },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
