/**
 * The trusted root that a mirror carries: the newest one that is verified, of this run and of those before it. A
 * `trusted_root.json` alone does not say how old it is, so what the TUF repository signed lies next to it, and is verified
 * anew from the TUF root that this run begins with.
 */
import { MAX_KEPT_TRUST_BYTES, MAX_TRUSTED_ROOT_BYTES } from '../limits.ts';
import { TRUSTED_ROOT_NAME, TRUSTED_ROOT_STATE_NAME } from '../mirror/layout.ts';
import type { MirrorTree } from '../mirror/tree.ts';
import { note, type Note } from '../notes.ts';
import type { TrustRequest } from '../plan/request.ts';
import { readEmbedded } from '../trust/clock.ts';
import { embeddedTufRootBytes, PUBLIC_GOOD_TUF_URL } from '../trust/embedded-root.ts';
import { encodeKeptRoot } from '../trust/kept-root.ts';
import type { TufTrustedRoot } from '../trust/refresh-root.ts';
import { factsOf, rootWords } from '../trust/root-age.ts';
import { loadTufRoot } from '../trust/tuf-root.ts';
import { type KeptRepository, trustOrder } from './kept-trust.ts';
import type { ReleasedRun } from './released-run.ts';

type OfRun = Pick<ReleasedRun, 'trust' | 'trustShownBy'>;

/**
 * Writes the trusted root of a run, unless a newer one is there, or one with a date and that of the run has none.
 *
 * @returns notes where the one that was there was another one.
 */
export async function writeNewestRoot(
  run: OfRun,
  tree: MirrorTree,
  request: TrustRequest,
  now: Date,
): Promise<readonly Note[]> {
  const repository = await repositoryOf(request);
  const there = await verifiedThere(tree, repository, now);
  if (there !== undefined && (await counts(there, run, repository, now))) {
    await tree.write(TRUSTED_ROOT_NAME, there.trust.bytes);
    return there.trust.sha256 === run.trust.sha256 ? [] : [stays(tree, there, run)];
  }
  const before = await tree.read(TRUSTED_ROOT_NAME, MAX_TRUSTED_ROOT_BYTES);
  // The state first: a run that is killed in between leaves one that the next run brings to an end.
  if (run.trustShownBy === undefined) await tree.remove(TRUSTED_ROOT_STATE_NAME);
  else await tree.write(TRUSTED_ROOT_STATE_NAME, encodeKeptRoot(run.trustShownBy));
  const isWritten = await tree.write(TRUSTED_ROOT_NAME, run.trust.bytes);
  return isWritten && before !== undefined && there === undefined ? [replaced(tree)] : [];
}

async function repositoryOf({ tuf }: TrustRequest): Promise<KeptRepository> {
  if (tuf !== undefined) return { url: tuf.url, anchor: await loadTufRoot(tuf.rootFile) };
  return { url: PUBLIC_GOOD_TUF_URL, anchor: readEmbedded(embeddedTufRootBytes) };
}

async function verifiedThere(
  tree: MirrorTree,
  repository: KeptRepository,
  now: Date,
): Promise<TufTrustedRoot | undefined> {
  const bytes = await tree.read(TRUSTED_ROOT_STATE_NAME, MAX_KEPT_TRUST_BYTES);
  return bytes === undefined ? undefined : verified(bytes, repository, now);
}

async function verified(
  bytes: Uint8Array,
  { anchor, url }: KeptRepository,
  now: Date,
): Promise<TufTrustedRoot | undefined> {
  const { readKeptRoot } = await import('../trust/refresh-root.ts');
  const root = readKeptRoot(bytes, anchor, url, now);
  return typeof root === 'string' ? undefined : root;
}

/** Whether what is there is at least as new as that of the run: by what the repository signed, else by its date. */
async function counts(
  there: TufTrustedRoot,
  { trust, trustShownBy }: OfRun,
  repository: KeptRepository,
  now: Date,
): Promise<boolean> {
  const own = trustShownBy && (await verified(encodeKeptRoot(trustShownBy), repository, now));
  if (own !== undefined) {
    const [before, after] = [trustOrder(there.metadata), trustOrder(own.metadata)];
    return before === after ? there.kept.checkedAt >= own.kept.checkedAt : before > after;
  }
  const [before, after] = [there.trust.currentAsOf, trust.currentAsOf];
  return after === undefined || (before !== undefined && before > after);
}

function stays(tree: MirrorTree, there: TufTrustedRoot, { trust }: OfRun): Note {
  const at = tree.at(TRUSTED_ROOT_NAME);
  const why =
    trust.currentAsOf === undefined
      ? 'nothing says how old that of this run is'
      : 'it is newer than that of this run';
  const text =
    `${at} stays (${rootWords(factsOf(there.trust))}): ${why}; ` +
    `to have it replaced, remove ${tree.at(TRUSTED_ROOT_STATE_NAME)}`;
  return note('mirror-root-kept', text);
}

function replaced(tree: MirrorTree): Note {
  const text = `${tree.at(TRUSTED_ROOT_NAME)} was another one, of unknown age, and was replaced by that of this run`;
  return note('mirror-root-replaced', text);
}
