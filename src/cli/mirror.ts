/** The `mirror` command: released files and their evidence in a directory, to be served or carried. */
import { resolve } from 'node:path';
import { RequestError } from '../errors.ts';
import { size } from '../text/sizes.ts';
import { checkMirrorIn, type MirrorFileResult, mirrorReleases, type MirrorResult } from '../mirror.ts';
import { isDirectory } from '../source/directory-source.ts';
import type { MirrorRequest } from '../plan/request.ts';
import { MANIFEST_NAME } from '../release/artifact.ts';
import { readComponents } from './component-words.ts';
import type { Answer, Console } from './console.ts';
import { takeLessMemory } from './engine.ts';
import { toType, withoutOperands } from './invocation.ts';
import type { JsonAnswer } from './output-json.ts';
import { tsvLine } from './output-text.ts';
import { type ParsedLine, readNames, readNetwork, readTransport, readTrust } from './parsed-line.ts';
import { verifyAnswer } from './proved-answer.ts';
import { excerpt } from '../text/excerpt.ts';
import type { Judged } from './verdicts.ts';
import { printable } from './printable.ts';
import { assertFitsLine } from './result-path.ts';
import { symbol, type TextStyle, wrapped } from './style.ts';
import { withClient } from './with-client.ts';
import { commandText } from './words.ts';

/** Fills the directory that the command line names. */
export async function mirror(line: ParsedLine, output: Console): Promise<Answer> {
  takeLessMemory();
  const { check } = line.options;
  if (typeof check === 'string') return checkAnswer(line, check, output);
  const request = readMirror(line);
  assertFitsLine(line.options, request.to);
  const result = await withClient(readTransport(line.options), output, (client, signal) =>
    mirrorReleases({ ...request, signal }, client),
  );
  const { schemaVersion, notes: _, ...facts } = result;
  const json: JsonAnswer & Omit<MirrorResult, 'schemaVersion' | 'notes'> = {
    schemaVersion,
    command: 'mirror',
    ok: true,
    exitCode: 0,
    ...facts,
  };
  return {
    text: result.files.map(fileLines).join(''),
    shown: () => '',
    summary: (style) => summaryOf(result, request, style),
    policies: result.files.map(({ policy }) => policy),
    json,
  };
}

/** Proves everything in a directory again. */
async function checkAnswer(line: ParsedLine, check: string, output: Console): Promise<Answer> {
  const [operand] = line.operands;
  if (operand !== undefined) {
    throw new RequestError('usage', '--check looks at everything in the directory', {
      wanted: 'no component',
      found: excerpt(operand),
      next: toType(withoutOperands(line.words, line.operands)) ?? 'leave out the component',
    });
  }
  const directory = resolve(check);
  if (!isDirectory(directory)) {
    throw new RequestError('usage', '--check names no directory', {
      wanted: 'the directory of a mirror',
      found: excerpt(check),
      next: 'name a directory that exists',
    });
  }
  assertFitsLine(line.options, directory);
  const { files, notes } = await withClient(readTransport(line.options), output, (client, signal) =>
    checkMirrorIn(directory, readTrust(line.options), client, signal),
  );
  const judged = files.map((file): Judged =>
    file.kind === 'proved'
      ? { kind: 'proved', operand: file.path, artifact: file.artifact }
      : { kind: 'failed', operand: file.path, verdict: file.verdict, error: file.error },
  );
  const answer = verifyAnswer(judged, notes, false);
  const shown = (style: TextStyle): string => {
    const proved = judged.filter(({ kind }) => kind === 'proved').length;
    const sentence = `${check}: ${proved} of ${judged.length} files are genuine, proved without a network`;
    const mark = proved === judged.length ? symbol(style, 'done') : '';
    return `${mark}${wrapped(printable(sentence), 2, style)}\n`;
  };
  return { ...answer, shown, notes: [], json: { ...answer.json, command: 'mirror' } };
}

/** @throws RequestError `usage` or `component-unknown`; no work is done here */
function readMirror(line: ParsedLine): MirrorRequest {
  const { to, platform = [], allPlatforms, evidenceOnly, prune } = line.options;
  const artifacts = readComponents(line);
  if (to === undefined) {
    throw new RequestError('usage', 'the directory of the mirror is not named', {
      wanted: '--to DIR',
      found: 'nothing',
      next: commandText([...line.words, '--to', 'DIR']) ?? 'add --to DIR',
    });
  }
  return {
    artifacts,
    to,
    platforms: allPlatforms === true ? 'all' : platform,
    ...(evidenceOnly === true ? { evidenceOnly } : {}),
    ...(prune === true ? { prune } : {}),
    ...readTrust(line.options),
    ...readNames(line.options),
    ...readNetwork(line.options),
  };
}

/** What was done, and the path: of the file and of its bundle, of a release manifest, of what was removed. */
function fileLines({ outcome, path, component, bundle }: MirrorFileResult): string {
  const own = tsvLine([outcome, path]);
  if (bundle === undefined || bundle.path === path || component === MANIFEST_NAME) return own;
  return own + tsvLine([bundle.outcome, bundle.path]);
}

function summaryOf(result: MirrorResult, request: MirrorRequest, style: TextStyle): string {
  const { files, others, directory, bytesWritten } = result;
  const counted = files.filter(({ component }) => component !== MANIFEST_NAME);
  const by = (outcome: MirrorFileResult['outcome']): readonly MirrorFileResult[] =>
    counted.filter((file) => file.outcome === outcome);
  const added = by('added');
  const what = request.evidenceOnly === true ? 'the evidence of ' : '';
  const theirs = added.length === 1 ? ' with its evidence' : ' with their evidence';
  const rest = request.evidenceOnly === true ? '' : theirs;
  const sentence =
    `added ${what}${filesOf(added)}${added.length === 0 ? '' : `${rest} (${size(bytesWritten)})`}, ` +
    `kept ${by('kept').length + others}, removed ${by('removed').length}`;
  if (style.terminal === undefined) {
    return `${printable(`${sentence} in ${directory}`)}\n`;
  }
  const lines = [
    `${symbol(style, 'done')}${wrapped(printable(sentence), 2, style)}`,
    ...hint(result, request, style),
  ];
  return lines.map((text) => `${text}\n`).join('');
}

/** What to do with it: an install from there, where it has files. */
function hint(
  { files }: MirrorResult,
  { to, evidenceOnly }: MirrorRequest,
  style: TextStyle,
): readonly string[] {
  const there = files.filter(({ outcome }) => outcome !== 'removed');
  const shown = there.find(({ component }) => component === 'kubectl') ?? there[0];
  const words = shown && [shown.component, shown.version, '--mirror', to, '--offline'];
  const command = words === undefined || evidenceOnly === true ? undefined : commandText(words);
  const laidOut = `${to} is laid out like dl.k8s.io: serve it, or carry it`;
  const said = (text: string): string => `  ${wrapped(printable(text), 2, style)}`;
  return command === undefined ? [said(laidOut)] : [said(`${laidOut}, then`), `    ${command}`];
}

/** `3 files of v1.30.2`; of several releases their number. */
function filesOf(files: readonly MirrorFileResult[]): string {
  const versions = [...new Set(files.map(({ version }) => version))];
  const number = files.length === 1 ? '1 file' : `${files.length} files`;
  if (versions.length === 0) return number;
  return `${number} of ${versions.length === 1 ? versions.join('') : `${versions.length} releases`}`;
}
