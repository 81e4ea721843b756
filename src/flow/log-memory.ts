/**
 * The log's memory of this machine. A log that shows different people different trees can hide a signature from those
 * who look for it. So the newest signed head of each tree is kept, and each run compares what it is shown with that.
 */
import type { Client } from '../client.ts';
import { InterruptedError, type K8sVerifyError, UnavailableError, UntrustedError } from '../errors.ts';
import { keepNewest, orderOf, readNewest, type States } from '../data/newest-kept.ts';
import { fetchConsistency } from '../evidence/log-consistency.ts';
import { LATE_ANSWER_MS, MAX_CONSISTENCY_REQUESTS } from '../limits.ts';
import { type Note, note } from '../notes.ts';
import { isGrownFrom, readTreeHead, type TreeHead } from '../proof/tree-head.ts';
import { equalBytes } from '../strict/bytes.ts';
import { digestOf } from '../strict/digest.ts';
import { encodeHex } from '../strict/hex.ts';
import { shownUrl } from '../text/shown-url.ts';
import type { TrustMaterial } from '../trust/trust-material.ts';
import type { ProvenArtifact } from './prove-with-log.ts';

interface Tree {
  readonly states: States<TreeHead>;
  /** What an earlier run kept; undefined if nothing counts. */
  readonly kept: TreeHead | undefined;
  newest: TreeHead;
  /** The heads of this run by size. */
  readonly shown: Map<bigint, TreeHead>;
  /** Whether the log was asked to prove that the tree has only grown. */
  isAsked: boolean;
}

/** Compares the heads of one run with each other and with what is kept. */
export class LogMemory {
  readonly #client: Client;
  readonly #logUrl: string;
  readonly #signal: AbortSignal | undefined;
  /** Fires when the rest of the run has waited long enough. */
  readonly #late = new AbortController();
  readonly #trees = new Map<string, Promise<Tree>>();
  readonly #requests: Promise<Note | undefined>[] = [];
  readonly #notes: Note[] = [];

  /** @param logUrl the log that this run asks. */
  constructor(client: Client, logUrl: string, signal: AbortSignal | undefined) {
    this.#client = client;
    this.#logUrl = logUrl;
    this.#signal = signal;
  }

  /**
   * Compares the heads that a proof led to. If the log was asked for the proof, it is asked once more for each tree, next to
   * the download: whether the newer tree holds the older one.
   *
   * @throws UntrustedError `log-inconsistent` if there are two roots for one size.
   */
  async compare({ proven, origin, trust }: ProvenArtifact): Promise<void> {
    for (const head of proven.treeHeads) {
      const tree = await this.#treeOf(head, trust);
      for (const other of [tree.kept, tree.shown.get(head.size)]) {
        if (other?.size === head.size && !equalBytes(other.root, head.root))
          throw await this.#splitView(other, head);
      }
      tree.shown.set(head.size, head);
      if (head.size > tree.newest.size) tree.newest = head;
      if (origin.kind !== 'bundle') this.#askFor(tree, head);
    }
  }

  /**
   * Waits for what the log proves, and keeps the newest head of each tree.
   *
   * @returns notes about the whole run.
   * @throws UntrustedError `log-inconsistent` if the log cannot prove that its tree has only grown.
   */
  async finish(): Promise<readonly Note[]> {
    const timer = setTimeout(() => this.#late.abort(), LATE_ANSWER_MS);
    const answers = await Promise.all(this.#requests).finally(() => clearTimeout(timer));
    for (const tree of this.#trees.values()) {
      const { kept, newest, states } = await tree;
      if (kept !== undefined && kept.size >= newest.size) continue;
      const { size, checkpoint } = newest;
      const bytes = Buffer.from(checkpoint);
      await keepNewest(this.#client.data, states, { order: orderOf(size), bytes });
    }
    return [...this.#notes, ...answers.flatMap((one) => one ?? [])];
  }

  #treeOf(head: TreeHead, trust: TrustMaterial): Promise<Tree> {
    const key = checkpointKeyOf(head);
    const tree = this.#trees.get(key) ?? this.#open(head, trust);
    this.#trees.set(key, tree);
    return tree;
  }

  async #open(head: TreeHead, trust: TrustMaterial): Promise<Tree> {
    const states = this.#statesOf(head, trust);
    const kept = await readNewest(this.#client.data, states);
    return { kept: kept?.value, states, newest: head, shown: new Map(), isAsked: false };
  }

  #statesOf(of: TreeHead, trust: TrustMaterial): States<TreeHead> {
    return {
      kind: 'checkpoints',
      key: checkpointKeyOf(of),
      open: ({ bytes }) => {
        const head = readTreeHead(Buffer.from(bytes).toString('utf8'), of, trust);
        const read = head && { order: orderOf(head.size), value: head };
        return Promise.resolve(read ?? `it is not signed by the log ${of.tree}`);
      },
      // The same size: whether it is the same tree is compared with what is shown.
      isLater: () => false,
      refuse: (path, why) => this.#notes.push(note('kept-not-used', `${path} is not used: ${why}`)),
    };
  }

  #askFor(tree: Tree, head: TreeHead): void {
    const { kept } = tree;
    const treeId = / - (\d{1,20})$/.exec(head.tree)?.[1];
    if (kept === undefined || kept.size === head.size || treeId === undefined || tree.isAsked) return;
    if (this.#client.http.isOffline || this.#requests.length >= MAX_CONSISTENCY_REQUESTS) return;
    tree.isAsked = true;
    const [older, newer] = kept.size < head.size ? [kept, head] : [head, kept];
    const request = this.#prove(older, newer, treeId);
    // It is waited for at the end; until then a failure must not end the process.
    request.catch(() => undefined);
    this.#requests.push(request);
  }

  async #prove(older: TreeHead, newer: TreeHead, treeId: string): Promise<Note | undefined> {
    const late = this.#late.signal;
    const signal = this.#signal === undefined ? late : AbortSignal.any([late, this.#signal]);
    const log = { http: this.#client.http, url: this.#logUrl, signal };
    let hashes: readonly Uint8Array[];
    try {
      hashes = await fetchConsistency(log, { treeId, from: older.size, to: newer.size });
    } catch (error) {
      if (!this.#isNoAnswer(error)) throw error;
      const reason = late.aborted ? 'no answer in time' : error.message;
      const text = `the log did not prove that it has only grown since the last run: ${reason}`;
      return note('log-not-compared', text);
    }
    if (isGrownFrom(older, newer, hashes)) return undefined;
    throw await this.#splitView(older, newer);
  }

  #isNoAnswer(error: unknown): error is K8sVerifyError {
    if (error instanceof UnavailableError) return true;
    if (error instanceof InterruptedError) return this.#late.signal.aborted && this.#signal?.aborted !== true;
    return error instanceof UntrustedError && error.code === 'material-oversized';
  }

  async #splitView(one: TreeHead, other: TreeHead): Promise<UntrustedError> {
    const saved = await this.#save(one, other);
    const sameSize = one.size === other.size;
    return new UntrustedError('log-inconsistent', 'the transparency log shows two views of itself', {
      check: 'checkpoint',
      wanted: sameSize ? describe(one) : `a tree that holds ${describe(one)}`,
      found: describe(other),
      from: shownUrl(this.#logUrl),
      why: 'both heads are signed by the log: a log that changes what it has shown can hide a signature',
      next:
        `do not use the file, and report both signed heads${saved} to security@sigstore.dev, or to the operators of ` +
        'the log if it is another',
    });
  }

  /** Both signed notes in one file; where it is, for the message. */
  async #save(one: TreeHead, other: TreeHead): Promise<string> {
    const bytes = Buffer.from(`${one.checkpoint}\n${other.checkpoint}`);
    const key = `split-${digestOf(bytes, 'sha256').hex}`;
    if ((await this.#client.data.write('checkpoints', key, bytes)) === 'failed') return '';
    const [entry] = await this.#client.data.read('checkpoints', key);
    return entry === undefined ? '' : ` (${entry.path})`;
  }
}

export function checkpointKeyOf({ tree, logId }: TreeHead): string {
  return digestOf(Buffer.from(`${logId}\0${tree}`), 'sha256').hex;
}

function describe({ tree, size, root }: TreeHead): string {
  return `tree ${tree} of size ${size} with root ${encodeHex(root)}`;
}
