import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exitCodeLink } from '../../../src/action/exit-code-link.ts';
import { failureOf } from '../../../src/action/failure.ts';
import { annotationOf } from '../../../src/action/log.ts';
import { failureSummary, successSummary } from '../../../src/action/summary.ts';
import { NotAllowedError, RequestError, UnavailableError, UntrustedError } from '../../../src/errors.ts';
import { EXIT_CODES } from '../../../src/exit-codes.ts';
import type { ArtifactResult } from '../../../src/result.ts';
import { sharedFile } from '#support/shared';
import { anArtifactResult } from '../cli/results.ts';

const KUBECTL = '7f3a3ac62451361b49a58a868bdc58b017579cc544b9d727c1a75d7a5802de4c';
const KUBELET = 'e7c7cc5d47ea5d679999e09239da3111d7a8c062a010c4765c9b0522f59494c4';
const CHANGED = 'b5c1fb2efc6d6b4674c2fdcc48ce01b43a3b7c03763c0c3355de0099ee0f8c73';
const STEP = { programs: ['kubectl v1.30.2'], usesMirror: true, namesSigner: false };
const ux = sharedFile('docs/ux.md');

function proved(component: string, sha256: string, logIndex: string): ArtifactResult {
  const base = anArtifactResult();
  return {
    ...base,
    component,
    version: 'v1.30.2',
    path: `/home/runner/work/_temp/k8s-verify-1/${component}`,
    sha256,
    signedAt: '2024-06-11T10:02:13.000Z',
    logEntries: base.logEntries.map((entry) => ({ ...entry, logIndex })),
    trustedRoot: { ...base.trustedRoot, asOf: '2026-11-27T08:30:00Z' },
  };
}

function summaryOf(...artifacts: readonly ArtifactResult[]): string {
  return successSummary({ schemaVersion: 1, artifacts, notes: [] });
}

/** With one entry, of another log. */
function linked(logUrl: string, integratedTime?: string): string {
  const time = integratedTime === undefined ? {} : { integratedTime };
  const logEntries = [{ logIndex: '7', logId: 'ab', logUrl, ...time }];
  return summaryOf({ ...proved('kubectl', KUBECTL, ''), logEntries });
}

const BOTH = summaryOf(proved('kubectl', KUBECTL, '102030405'), proved('kubelet', KUBELET, '102030411'));

function tampered(): UntrustedError {
  return new UntrustedError(
    'digest-mismatch',
    'kubectl v1.30.2 linux/amd64 is not the file that Kubernetes signed',
    {
      wanted: `sha256:${KUBECTL}`,
      found: `sha256:${CHANGED}`,
      from: 'https://mirror.example.com/release/v1.30.2/bin/linux/amd64/kubectl',
    },
  );
}

/** As the runner's toolkit writes an annotation. */
function commandOf({ title, message }: { readonly title: string; readonly message: string }): string {
  return `::error title=${title}::${message.replaceAll('%', '%25').replaceAll('\n', '%0A')}`;
}

const ANNOTATION =
  '::error title=k8s-verify refused kubectl v1.30.2 (exit 12)::' +
  'kubectl v1.30.2 linux/amd64 is not the file that Kubernetes signed.%0Awanted sha256:7f3a3ac6...%0A' +
  'found sha256:b5c1fb2e...%0A' +
  'from https://mirror.example.com/release/v1.30.2/bin/linux/amd64/kubectl%0A' +
  'Do not use this file. Nothing was put on PATH.%0A' +
  'next: take it from its source (leave out the input mirror)';

/** A block of the specification of what people meet. */
function mock(id: string): string {
  const text = readFileSync(ux ?? '', 'utf8');
  return (
    new RegExp(`^\`\`\`\\w+ mock=${id}\\n(?<block>.*?)^\`\`\`$`, 'ms').exec(text)?.groups?.['block'] ?? ''
  );
}

describe('the annotation of a step that failed', () => {
  it('says what was refused, wanted and found, what is on PATH, and what to do', () => {
    expect(commandOf(annotationOf(failureOf(tampered(), STEP)))).toBe(ANNOTATION);
  });

  it.skipIf(ux === undefined)('is as it is specified (needs ../shared)', () => {
    expect(`${ANNOTATION}\n`).toBe(mock('action-annotation'));
  });

  it.each([
    [new UnavailableError('timeout', 'no answer'), 'k8s-verify did not install kubectl v1.30.2 (exit 4)'],
    [new RequestError('usage', 'wrong'), 'k8s-verify did not install kubectl v1.30.2 (exit 2)'],
    [new NotAllowedError('too new'), 'k8s-verify did not install kubectl v1.30.2 (exit 23)'],
    [new Error('x'), 'k8s-verify did not install kubectl v1.30.2 (exit 1)'],
  ])('is titled by what became of it: %s', (error, title) => {
    expect(annotationOf(failureOf(error, STEP)).title).toBe(title);
  });

  it('names the one of several programs that the error is about, or how many there are', () => {
    const programs = ['kubeadm v1.30.2', 'kubectl v1.30.2', 'kubelet v1.30.2'];
    const title = (message: string): string =>
      annotationOf(failureOf(new UnavailableError('timeout', message), { ...STEP, programs })).title;
    expect(title('kubelet v1.30.2 linux/amd64 did not come')).toContain('install kubelet v1.30.2 (exit');
    expect(title('kubelet v1.30.21 did not come')).toContain('install kubeadm v1.30.2 and 2 more (exit');
    expect(annotationOf(failureOf(new Error('x'), { ...STEP, programs: [] })).title).toBe(
      'k8s-verify did nothing (exit 1)',
    );
  });

  it.each([
    ['timeout', 'Nothing was learnt about kubectl v1.30.2, and nothing was put on PATH.'],
    ['trusted-root-old', 'Nothing was learnt about kubectl v1.30.2, and nothing was put on PATH.'],
    [
      'name-unbound',
      'It is signed by the right signer; which file it is was not learnt. Nothing was put on PATH.',
    ],
  ] as const)('says what was learnt: %s', (code, state) => {
    expect(failureOf(new UnavailableError(code, 'x'), STEP).state).toBe(state);
  });

  it('advises another source only for what another copy may put right, and where there was one', () => {
    expect(failureOf(tampered(), { ...STEP, usesMirror: false }).next).toBe(
      'get it and its signature again, from another source if that stays so',
    );
    const root = new UntrustedError('trusted-root-invalid', 'x');
    expect(failureOf(root, STEP)).toMatchObject({
      next: 'get the trusted root again, from where it is published',
      state: 'Do not use this trusted root. Nothing was put on PATH.',
    });
  });

  it('sends a job to the source where its mirror does not answer or lacks a file, with what to look at first', () => {
    const outage = new UnavailableError('network', 'x', { next: 'check the network' });
    expect(failureOf(outage, STEP).next).toBe(
      'check the network; or take it from its source (leave out the input mirror)',
    );
    expect(failureOf(outage, { ...STEP, usesMirror: false }).next).toBe('check the network');
    expect(failureOf(new UnavailableError('mirror-incomplete', 'x'), STEP).next).toBe(
      'add https://dl.k8s.io to the input mirror, for what is missing there',
    );
  });

  it('looks at the signer that the job names, before it looks at the mirror', () => {
    const other = new UntrustedError('identity-mismatch', 'x');
    expect(failureOf(other, STEP).next).toBe('take it from its source (leave out the input mirror)');
    expect(failureOf(other, { ...STEP, namesSigner: true }).next).toContain('certificate-identity');
  });

  it('leaves a digest that was demanded to a person, also with a mirror', () => {
    const next = 'find out where the two digests come from; the release server may have been changed';
    expect(failureOf(tampered().with({ next }), STEP).next).toBe(next);
  });
});

describe('the summary of what was proved', () => {
  it('has a row for each program, who signed, the age of the root, and how to check it', () => {
    expect(BOTH).toBe(`### ✓ Kubernetes programs, proven by k8s-verify

| Program | Version | Platform | SHA-256 | Signed | Log entry |
|---|---|---|---|---|---|
| kubectl | v1.30.2 | linux/amd64 | \`7f3a3ac6…02de4c\` | 2024-06-11 | [102030405](https://search.sigstore.dev/?logIndex=102030405) |
| kubelet | v1.30.2 | linux/amd64 | \`e7c7cc5d…9494c4\` | 2024-06-11 | [102030411](https://search.sigstore.dev/?logIndex=102030411) |

Signed by \`krel-staging@k8s-releng-prod.iam.gserviceaccount.com\`, vouched for by \`https://accounts.google.com\`. Trusted root of 2026-11-27.

<details><summary>Check it yourself</summary>

    k8s-verify verify "$(command -v kubectl)"

Full digests: \`${KUBECTL}\` kubectl, \`${KUBELET}\` kubelet

</details>
`);
  });

  it.skipIf(ux === undefined)('is as it is specified (needs ../shared)', () => {
    expect(BOTH).toBe(mock('action-summary'));
  });

  it('tells two signers apart, and a root from a file, whose age nobody knows', () => {
    const one = proved('kubectl', KUBECTL, '1');
    const other = {
      ...proved('kubelet', KUBELET, '2'),
      signer: { kind: 'managed-key', sha256: 'c'.repeat(64) },
    } as const;
    const { asOf: _, ...root } = { ...one.trustedRoot, source: 'file', path: '/srv/root.json' } as const;
    const text = summaryOf(one, { ...other, trustedRoot: root });
    expect(text).toContain('google.com`. Trusted root of 2026-11-27.\n\nSigned by `key sha256:ccc');
    expect(text).toContain('Trusted root: `/srv/root.json`.\n');
  });

  it('links to another log of the first generation, and only names one without pages or with an odd address', () => {
    const time = '2026-01-01T00:00:00Z';
    expect(linked('https://rekor.example', time)).toContain(
      '| [7](<https://rekor.example/api/v1/log/entries?logIndex=7>) in `https://rekor.example` |',
    );
    expect(linked('https://log2026.example')).toContain('| 7 in `https://log2026.example` |');
    expect(linked('https://x.example/a>)[click](evil', time)).toContain(
      '| 7 in `https://x.example/a>)[click](evil` |',
    );
    expect(linked('javascript:alert(1)', time)).toContain('| 7 in `javascript:alert(1)` |');
  });

  it('names a tarball by its file', () => {
    const path = '/tmp/x/kubernetes-client-linux-amd64.tar.gz';
    expect(summaryOf({ ...proved('kubernetes-client', KUBECTL, '1'), path })).toContain(
      '    k8s-verify verify kubernetes-client-linux-amd64.tar.gz\n',
    );
  });
});

describe('the summary of a step that failed', () => {
  const link = 'https://github.com/o/r/blob/abc/docs/exit-codes.md#12-x';

  it('has the block of the command, and where its exit code is explained', () => {
    expect(failureSummary(failureOf(tampered(), STEP), link)).toBe(`### ✗ kubectl v1.30.2 was refused

\`\`\`text
k8s-verify: refused: kubectl v1.30.2 linux/amd64 is not the file that Kubernetes signed
  wanted sha256:${KUBECTL}
  found  sha256:${CHANGED}
  from   https://mirror.example.com/release/v1.30.2/bin/linux/amd64/kubectl
  next   take it from its source (leave out the input mirror)
Do not use this file. Nothing was put on PATH. Exit code 12
\`\`\`

[docs/exit-codes.md](${link}) says what exit code 12 means.
`);
  });

  it('does without the address where the runner does not say it', () => {
    const text = failureSummary(failureOf(new UnavailableError('timeout', 'no answer'), STEP), undefined);
    expect(text).toContain('### ✗ kubectl v1.30.2 was not installed\n');
    expect(text).toContain('k8s-verify: error: no answer\n');
    expect(text.endsWith('\ndocs/exit-codes.md says what exit code 4 means.\n')).toBe(true);
  });

  it('finds the section of every exit code', () => {
    const docs = readFileSync(new URL('../../../docs/exit-codes.md', import.meta.url), 'utf8');
    const sections = Array.from(docs.matchAll(/^## (.*)$/gm), ([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    );
    const runner = {
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_ACTION_REPOSITORY: 'o/r',
      GITHUB_ACTION_REF: 'abc',
    };
    for (const code of new Set(Object.values(EXIT_CODES))) {
      const [page, section = ''] = exitCodeLink(code, runner)?.split('#') ?? [];
      expect(page).toBe('https://github.com/o/r/blob/abc/docs/exit-codes.md');
      expect(sections).toContain(section);
    }
    expect(exitCodeLink(12, { ...runner, GITHUB_ACTION_REF: 'a b)' })).toBeUndefined();
    expect(exitCodeLink(12, { ...runner, GITHUB_SERVER_URL: 'javascript:alert(1)' })).toBeUndefined();
    expect(exitCodeLink(12, {})).toBeUndefined();
  });
});
