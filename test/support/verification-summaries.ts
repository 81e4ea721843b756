/** Files of verification summaries, held against the two specifications. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { VerificationSummary } from '../../src/attest/statement.ts';

const isSummary = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(
  JSON.parse(readFileSync(new URL('verification-summary.schema.json', import.meta.url), 'utf8')),
);

/** What the schema has against a value; nothing where it is valid. */
export function summaryFaults(value: unknown): readonly string[] {
  isSummary(value);
  return (isSummary.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/**
 * The statements of a file, one a line.
 *
 * @throws Error for a file that is no such file
 */
export function readSummaries(text: string): readonly VerificationSummary[] {
  if (/[^\n\x20-\x7e]/.test(text)) throw new Error('the file has characters that are not plain ASCII');
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line has no end');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const summary: VerificationSummary = JSON.parse(line);
      const faults = summaryFaults(summary);
      if (faults.length > 0) throw new Error(`${faults.join('; ')}: ${line}`);
      return summary;
    });
}
