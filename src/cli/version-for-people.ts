/** What a person is told of this copy: how old it is, and how old its trusted root. Nothing is looked up. */
import { RELEASED, VERSION } from '../text/version.ts';
import { embeddedRecordBytes } from '../trust/embedded-root.ts';
import { readRootRecord } from '../trust/root-age.ts';

/** `k8s-verify 1.0.0, 2026-10-02, trusted root of 2026-11-27`, of which a broken copy has the beginning. */
export function versionForPeople(): string {
  const released = RELEASED === undefined ? [] : [RELEASED];
  return `${[`k8s-verify ${VERSION}`, ...released, ...builtInRoot()].join(', ')}\n`;
}

function builtInRoot(): readonly string[] {
  try {
    const { currentAsOf } = readRootRecord(embeddedRecordBytes());
    return [`trusted root of ${currentAsOf.toISOString().slice(0, 'yyyy-mm-dd'.length)}`];
  } catch {
    // The version is what a report of a fault begins with.
    return [];
  }
}
