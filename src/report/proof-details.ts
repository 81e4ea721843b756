/** How one file was proved: digest, signer, log entries, every check, and where the evidence is. */
import { CHECK_NAMES } from '../check-names.ts';
import type { ArtifactResult } from '../result.ts';
import { type Html, html } from './html.ts';
import { logEntry, moment } from './parts.ts';
import type { ReportedProof } from './report-data.ts';

/** Entries for {@link definitions}. */
export function proofEntries(proof: ReportedProof): readonly (readonly [string, Html | undefined])[] {
  const { sha256, signer, signedAt, logEntries = [], evidence, keptEvidence, name } = proof;
  return [
    ['SHA-256', sha256 === undefined ? undefined : html`<code>${sha256}</code>`],
    ['Signed by', signer && signerText(signer)],
    ['Signed at', signedAt === undefined ? undefined : moment(signedAt)],
    [
      'Log entry',
      logEntries.length === 0
        ? undefined
        : html`<ul>
            ${logEntries.map((entry) => html`<li>${logEntry(entry)}</li>`)}
          </ul>`,
    ],
    ['Name', name && html`${nameText(name)}`],
    ['Evidence', evidence && evidenceText(evidence)],
    ['Kept at', keptEvidence === undefined ? undefined : html`<code>${keptEvidence}</code>`],
    ['Notes', notesText(proof)],
    ['Policy', policyText(proof)],
  ];
}

/** Every check by name; nothing where there was no proof. */
export function checkTable({ checks }: ReportedProof): Html | undefined {
  if (checks === undefined) return undefined;
  const rows = CHECK_NAMES.map((name) => {
    const { outcome, detail } = checks[name];
    const words = outcome === 'passed' ? 'passed' : 'not present';
    return html`<tr>
      <th scope="row">${name}</th>
      <td>${words}</td>
      <td><bdi>${detail}</bdi></td>
    </tr>`;
  });
  return html`<table class="checks">
    <caption>
      Checks
    </caption>
    <thead>
      <tr>
        <th scope="col">Check</th>
        <th scope="col">Outcome</th>
        <th scope="col">Found</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

export function signerText(signer: ArtifactResult['signer']): Html {
  if (signer.kind === 'managed-key') return html`the key with SHA-256 <code>${signer.sha256}</code>`;
  const { subjectAlternativeName, issuer } = signer;
  return html`<bdi>${subjectAlternativeName}</bdi>, vouched for by <bdi>${issuer}</bdi>`;
}

const NAMED_BY: Readonly<Record<string, string>> = {
  'release-manifest': 'the signed release manifest',
  binary: 'the file itself',
  lockfile: 'the lockfile',
  sha256: 'the digest that was demanded',
};

function nameText({ bound, by }: NonNullable<ReportedProof['name']>): string {
  if (!bound) return 'nothing says which file it is';
  return `said by ${by.map((one) => NAMED_BY[one] ?? one).join(' and ')}`;
}

function evidenceText(evidence: ArtifactResult['evidence']): Html {
  switch (evidence.kind) {
    case 'bundle':
      return html`bundle <code>${evidence.location}</code>`;
    case 'detached':
      return html`signature and certificate <code>${evidence.location}</code>, log
        <code>${evidence.log}</code>`;
    case 'log-search':
      return html`an entry of the log <code>${evidence.log}</code> for this digest:
        <bdi>${evidence.reason}</bdi>`;
    case 'release-manifest':
      return html`the signed release manifest <code>${evidence.location}</code>:
        <bdi>${evidence.reason}</bdi>`;
  }
}

function notesText({ notes = [] }: ReportedProof): Html | undefined {
  return notes.length === 0
    ? undefined
    : html`<ul>
        ${notes.map(({ text }) => html`<li><bdi>${text}</bdi></li>`)}
      </ul>`;
}

function policyText({ policy }: ReportedProof): Html | undefined {
  if (policy === undefined) return undefined;
  const { path, sha256, exceptions } = policy;
  const file = path === undefined ? html`with SHA-256 <code>${sha256}</code>` : html`<code>${path}</code>`;
  const used = exceptions.map(
    ({ lifts, reason, until }) =>
      html`<li>by an exception until ${until} (${lifts.join(', ')}): <bdi>${reason}</bdi></li>`,
  );
  return html`allowed by the policy
  ${file}${
    used.length === 0
      ? undefined
      : html`<ul>
          ${used}
        </ul>`
  }`;
}
