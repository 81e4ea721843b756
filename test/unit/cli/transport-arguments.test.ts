import { describe, expect, it } from 'vitest';
import { readTransport, type TransportArguments } from '../../../src/cli/parsed-line.ts';
import { RequestError } from '../../../src/errors.ts';
import { parseRun } from './parse-run.ts';

async function read(...words: readonly string[]): Promise<TransportArguments> {
  return readTransport(parseRun(['kubectl', ...words]).options);
}

describe('how the network is used', () => {
  it.each<[string, string, TransportArguments]>([
    ['--retries', '0', { retries: 0 }],
    ['--retries', '12', { retries: 12 }],
    ['--retry-delay', '500ms', { retryDelayMs: 500 }],
    ['--retry-delay', '2', { retryDelayMs: 2000 }],
    ['--timeout', '1.5m', { timeoutMs: 90_000 }],
    ['--timeout', '24h', { timeoutMs: 86_400_000 }],
    ['--ca-file', 'ca.pem', { caFile: 'ca.pem' }],
  ])('%s %s', async (option, value, expected) => {
    expect(await read(option, value)).toStrictEqual(expected);
  });

  it('leaves everything to the defaults where nothing is said', async () => {
    expect(await read()).toStrictEqual({});
  });

  it.each([
    ['--retries', '-1'],
    ['--retries', '1.5'],
    ['--retries', '101'],
    ['--retries', '1e2'],
    ['--timeout', '0'],
    ['--timeout', '25h'],
    ['--timeout', '5 minutes'],
    ['--timeout', '-5s'],
    ['--timeout', 'NaN'],
    ['--retry-delay', '0x10'],
  ])('refuses %s %s', async (option, value) => {
    await expect(read(`${option}=${value}`)).rejects.toThrow(RequestError);
  });
});
