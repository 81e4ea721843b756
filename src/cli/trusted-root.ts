/** The `trusted-root` command: show the keys that proofs rest on, renew them, or write them to a file. */
import type { Client } from '../client.ts';
import { RequestError } from '../errors.ts';
import { outputFile } from '../plan/destination.ts';
import { excerpt } from '../text/excerpt.ts';
import { nearest } from '../text/nearest.ts';
import { type Change, describeChange } from '../trust/difference.ts';
import type { KeyUse, KeyWindow } from '../trust/key-windows.ts';
import { rootWords } from '../trust/root-age.ts';
import {
  exportTrustedRoot,
  showTrustedRoot,
  type TrustedRootRequest,
  type TrustedRootUpdate,
  type TrustedRootView,
  updateTrustedRoot,
} from '../trusted-root.ts';
import type { Answer, Console } from './console.ts';
import type { JsonAnswer } from './output-json.ts';
import { tsvLine } from './output-text.ts';
import { type ParsedLine, readTransport, readTrust } from './parsed-line.ts';
import { printable } from './printable.ts';
import { symbol, type TextStyle, wrapped } from './style.ts';
import { TRUSTED_ROOT_ACTIONS } from './trusted-root-actions.ts';
import { withClient } from './with-client.ts';

type Action = (typeof TRUSTED_ROOT_ACTIONS)[number];

export interface TrustedRootAnswer extends JsonAnswer, TrustedRootView {
  readonly action: Action;
  /** Of an update: which one was in hand before, and what became of each key. */
  readonly before?: TrustedRootUpdate['before'];
  readonly changes?: readonly Change[];
  /** Of an export: the file, absolute. */
  readonly path?: string;
}

export async function trustedRootCommand(line: ParsedLine, output: Console): Promise<Answer> {
  const { action, file } = readAction(line);
  const trust = readTrust(line.options);
  if (action !== 'show' && trust.trustedRootFile !== undefined) throw needsTuf(action);
  return withClient(readTransport(line.options), output, async (client, signal) => {
    const request = { ...trust, signal };
    switch (action) {
      case 'show':
        return shown(await showTrustedRoot(request, client), client.clock.now());
      case 'update':
        return updated(await updateTrustedRoot(request, client));
      case 'export':
        return exported(request, file, client);
    }
  });
}

/** @throws RequestError `usage` */
function readAction({ operands }: ParsedLine): { readonly action: Action; readonly file: string } {
  const [word = '', file = '', ...more] = operands;
  const action = TRUSTED_ROOT_ACTIONS.find((one) => one === word);
  const isComplete = (action === 'export') === (file !== '') && more.length === 0;
  if (action !== undefined && isComplete) return { action, file };
  const near = nearest(word, TRUSTED_ROOT_ACTIONS);
  throw new RequestError('usage', 'k8s-verify trusted-root needs to know what to do', {
    wanted: 'show, update, or export FILE (- for standard output)',
    found: operands.length === 0 ? 'nothing' : operands.map((one) => excerpt(one)).join(' '),
    next:
      near === 'export'
        ? 'k8s-verify trusted-root export trusted_root.json'
        : `k8s-verify trusted-root ${near ?? 'show'}`,
  });
}

function needsTuf(action: Action): RequestError {
  return new RequestError('usage', `trusted-root ${action} does not go with --trusted-root`, {
    wanted: 'the trusted root of a TUF repository',
    found: 'a file, which nothing renews',
    next: `k8s-verify trusted-root ${action === 'export' ? 'export trusted_root.json' : action}`,
  });
}

const OK = { schemaVersion: 1, command: 'trusted-root', ok: true, exitCode: 0 } as const;

type JsonOfRoot = Answer & { readonly json: TrustedRootAnswer };

function shown(view: TrustedRootView, now: Date): JsonOfRoot {
  return {
    text: view.keys.map(({ of, use, since, until, id }) => tsvLine([of, use, since, until, id])).join(''),
    shown: (style) => viewTable(view, now, style),
    json: { ...OK, action: 'show', ...view },
  };
}

const USES: Readonly<Record<KeyUse, string>> = {
  certificates: 'certificates',
  'public-log': 'public log',
  'certificate-log': 'certificate log',
  timestamps: 'timestamps',
};

/** Which one it is, how old and from where; then a line for each key, and what does not count. */
function viewTable({ trustedRoot, repository, keys }: TrustedRootView, now: Date, style: TextStyle): string {
  const source =
    repository === undefined
      ? []
      : [
          `source ${repository.url}, root version ${trustedRoot.tufVersion}, to ${day(repository.rootExpires)}`,
        ];
  const facts = [`digest sha256:${trustedRoot.sha256}`, ...source].map((text) => `  ${printable(text)}\n`);
  const rows = [
    ['KEY OF', 'USE', 'SINCE', 'UNTIL'] as const,
    ...keys.map(
      ({ of, use, since, until }) => [shortName(of), USES[use], day(since), endOf(until, now)] as const,
    ),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const table = rows.map(
    ([name, use, since, until]) =>
      `  ${printable(`${name.padEnd(width)}  ${use.padEnd(15)}  ${since.padEnd(10)}  ${until}`)}\n`,
  );
  const left = (trustedRoot.ignored ?? []).map(
    (part) =>
      `${symbol(style, 'note')}${wrapped(printable(`does not count, since it is not known here: ${part}`), 2, style)}\n`,
  );
  return `${symbol(style, 'done')}${printable(`trusted root ${rootWords(trustedRoot, now)}`)}\n${[...facts, ...table, ...left].join('')}`;
}

/** `https://fulcio.sigstore.dev` without what every URL has. */
function shortName(url: string): string {
  return url.replace(/^https?:\/\//, '');
}

function day(time: string): string {
  return time.slice(0, 10);
}

/** A person reads the day of a key's start, and a program the time. */
function withDays(text: string): string {
  return text.replaceAll(/(\d{4}-\d\d-\d\d)T[\d:.]+Z/g, '$1');
}

function endOf(until: KeyWindow['until'], now: Date): string {
  if (until === undefined) return 'in use';
  return new Date(until) > now ? `in use, to ${day(until)}` : day(until);
}

function updated(update: TrustedRootUpdate): JsonOfRoot {
  const { before, changes } = update;
  return {
    text: '',
    summary: (style) =>
      [
        `${symbol(style, 'done')}${printable(updateWords(update))}\n`,
        ...changes.map((change) => `  ${wrapped(printable(withDays(describeChange(change))), 2, style)}\n`),
      ].join(''),
    json: {
      ...OK,
      action: 'update',
      ...viewOf(update),
      ...(before === undefined ? {} : { before }),
      changes,
    },
  };
}

function viewOf({ trustedRoot, repository, keys }: TrustedRootView): TrustedRootView {
  return { trustedRoot, ...(repository === undefined ? {} : { repository }), keys };
}

/** `updated the trusted root: root version 15 to 16, 1 key added`. */
function updateWords({ trustedRoot: { tufVersion, sha256 }, before, changes }: TrustedRootUpdate): string {
  if (before === undefined) return `took the trusted root by TUF, root version ${tufVersion}`;
  const versions =
    before.tufVersion === tufVersion
      ? `root version ${tufVersion}`
      : `root version ${before.tufVersion} to ${tufVersion}`;
  if (before.sha256 === sha256) return `the trusted root is the newest: ${versions}, unchanged`;
  return ['updated the trusted root: ' + versions, ...counts(changes)].join(', ');
}

function counts(changes: readonly Change[]): readonly string[] {
  const words = [
    ['appears', 'added'],
    ['ends', 'ended'],
    ['gone', 'removed'],
    ['changes', 'changed'],
    ['key-replaced', 'replaced in place'],
  ] as const;
  return words.flatMap(([kind, verb]) => {
    const count = changes.filter((change) => change.kind === kind).length;
    return count === 0 ? [] : [`${count} ${count === 1 ? 'key' : 'keys'} ${verb}`];
  });
}

async function exported(request: TrustedRootRequest, file: string, client: Client): Promise<JsonOfRoot> {
  const path = file === '-' ? undefined : outputFile(file);
  const { bytes, ...view } = await exportTrustedRoot(request, path, client);
  const { asOf = '' } = view.trustedRoot;
  return {
    text: path === undefined ? Buffer.from(bytes).toString('utf8') : '',
    ...(path === undefined
      ? {}
      : {
          summary: (style: TextStyle): string =>
            `${symbol(style, 'done')}${printable(`wrote ${file}, of ${day(asOf)}; elsewhere: --trusted-root FILE`)}\n`,
        }),
    json: { ...OK, action: 'export', ...viewOf(view), ...(path === undefined ? {} : { path }) },
  };
}
