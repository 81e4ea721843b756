/** Foreign text (names of files, versions, what servers say) is no command to the runner, and no markup on the job's page. */
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../../src/action/failure.ts';
import { annotationOf } from '../../../src/action/log.ts';
import { failureSummary, successSummary } from '../../../src/action/summary.ts';
import { UntrustedError } from '../../../src/errors.ts';
import { anArtifactResult } from '../cli/results.ts';

const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '</details><h1>proven</h1>',
  '[click](https://evil.example)',
  '`<b>`',
  '````\n# proven',
  '\n```\n\n### ✓ Kubernetes programs, proven by k8s-verify\n',
  'a | b | c',
  '\r\n::add-path::/evil\n::set-output name=x::y',
  '##[add-path]/evil',
  '\u202Egnp.elbatucexe',
  '@everyone #1 https://evil.example/x',
  '![x](https://evil.example/pixel.png)',
  '\\`\\|\\',
];

/** What is left of Markdown without its code: spans, fences and indented blocks. What is there is markup. */
function markupOf(markdown: string): string {
  const lines = markdown.split('\n');
  const kept: string[] = [];
  let fence: string | undefined;
  for (const line of lines) {
    const marks = /^ {0,3}(`{3,})[^`]*$/.exec(line)?.[1];
    if (fence !== undefined) {
      if (marks !== undefined && marks.length >= fence.length && line.trim() === marks) fence = undefined;
    } else if (marks !== undefined) fence = marks;
    else if (!line.startsWith('    ')) kept.push(withoutSpans(line));
  }
  expect(fence).toBeUndefined();
  return kept.join('\n');
}

/** A span ends with as many marks as it begins with. */
function withoutSpans(line: string): string {
  return line.replaceAll(/(?<!`)(`+)(?!`)(?:.*?[^`])?\1(?!`)/g, 'CODE');
}

describe.each(HOSTILE)('%j', (hostile) => {
  it('is neither markup nor a row or a line of its own in the summary of what was proved', () => {
    const base = anArtifactResult();
    const artifact = {
      ...base,
      component: hostile,
      version: hostile,
      platform: hostile,
      path: `/tmp/${hostile}`,
      signedAt: hostile,
      signer: { kind: 'certificate-identity', subjectAlternativeName: hostile, issuer: hostile },
      trustedRoot: { source: 'file', sha256: 'a'.repeat(64), path: hostile },
      logEntries: base.logEntries.map((entry) => ({ ...entry, logIndex: hostile, logUrl: hostile })),
    } as const;
    const harmless = successSummary({ schemaVersion: 1, artifacts: [base], notes: [] });
    const summary = successSummary({ schemaVersion: 1, artifacts: [artifact], notes: [] });
    expect(summary.split('\n')).toHaveLength(harmless.split('\n').length);
    const [row = ''] = summary
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .slice(1);
    // A bar after a backslash is no end of a cell.
    expect(row.replaceAll(/\\\|/g, '').split('|')).toHaveLength(8);
    const markup = markupOf(summary)
      .replace('<details><summary>Check it yourself</summary>', '')
      .replace('</details>', '');
    expect(markup).not.toMatch(/[<>[\]!@`\u202E]|https?:/);
  });

  it('is a line of a fence in the summary of a failure, and the fence ends where it should', () => {
    const error = new UntrustedError('digest-mismatch', hostile, {
      wanted: hostile,
      found: `${hostile}${hostile}`,
      from: `${hostile} `,
      why: `${hostile}  `,
      next: hostile,
    });
    const failure = failureOf(error, {
      programs: ['kubectl v1.30.2'],
      usesMirror: false,
      namesSigner: false,
    });
    const markup = markupOf(failureSummary(failure, undefined));
    expect(markup.replaceAll(/\n+/g, '\n')).toBe(
      '### ✗ kubectl v1.30.2 was refused\ndocs/exit-codes.md says what exit code 12 means.\n',
    );
  });

  it('is one line of the annotation, and no command', () => {
    const error = new UntrustedError('digest-mismatch', hostile, { found: `${hostile}!`, next: 'look' });
    const { title, message } = annotationOf(
      failureOf(error, { programs: ['kubectl'], usesMirror: false, namesSigner: false }),
    );
    expect(title).toBe('k8s-verify refused kubectl (exit 12)');
    const lines = message.split('\n');
    expect(lines.length).toBeLessThanOrEqual(4);
    for (const line of lines) expect(line).not.toMatch(/^\s*::|##\[|[\r\u202E]/);
  });
});
