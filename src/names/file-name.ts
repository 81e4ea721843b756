import { COMPONENTS } from '../release/component.ts';

const BINARIES: ReadonlySet<string> = new Set(
  COMPONENTS.filter(({ kind }) => kind === 'binary').map(({ name }) => name),
);

/**
 * The component that a file's name says: `kubectl.exe`, `kubelet-v1.30.2` and `kubectl-1.30` too.
 *
 * @param name without a directory.
 */
export function componentOfFileName(name: string): string | undefined {
  const bare = name.replace(/\.exe$/i, '').replace(/[-_.@]v?[0-9][0-9A-Za-z.+_-]*$/, '');
  return BINARIES.has(bare) ? bare : undefined;
}
