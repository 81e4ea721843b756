import { describe, expect, it } from 'vitest';
import { MemberSelection } from '../../../src/archive/member-selection.ts';
import type { ArchiveMember } from '../../../src/archive/member.ts';

function member(path: string): ArchiveMember {
  const kind = path.endsWith('/') ? 'directory' : 'file';
  return { path: path.replace(/\/$/, ''), kind, bytes: 0, mode: 0o644, modified: new Date(0) };
}

const ARCHIVE = ['a/', 'a/b/', 'a/b/kubectl', 'a/b/kubeadm', 'a/README', 'ab/', 'ab/kubeadm'].map(member);

/** What is taken of the archive, or the error. */
function take(archive: readonly ArchiveMember[], asked: readonly string[]): readonly string[] {
  const selection = new MemberSelection(asked);
  const taken = archive.filter((one) => selection.offer(one)).map(({ path }) => path);
  const displaced = selection.finish();
  return taken.filter((path) => !displaced.includes(path));
}

describe('the members that are asked for', () => {
  it.each<readonly [readonly string[], readonly string[]]>([
    [['a/b/kubectl'], ['a/b/kubectl']],
    [['kubectl'], ['a/b/kubectl']],
    [['README/'], ['a/README']],
    [['a/b'], ['a/b', 'a/b/kubectl', 'a/b/kubeadm']],
    [['./a/b/'], ['a/b', 'a/b/kubectl', 'a/b/kubeadm']],
    [['ab'], ['ab', 'ab/kubeadm']],
    [
      ['a/b', 'a/b/kubectl'],
      ['a/b', 'a/b/kubectl', 'a/b/kubeadm'],
    ],
    [
      ['a/b/kubectl', 'a/b'],
      ['a/b', 'a/b/kubectl', 'a/b/kubeadm'],
    ],
    [
      ['a', 'a/b', 'README'],
      ['a', 'a/b', 'a/b/kubectl', 'a/b/kubeadm', 'a/README'],
    ],
    [
      ['a/README', 'kubectl'],
      ['a/b/kubectl', 'a/README'],
    ],
  ])('%j: %j', (asked, expected) => {
    expect(take(ARCHIVE, asked)).toEqual(expected);
  });

  it('are the path where one has it, and not another last part', () => {
    expect(take(['x/kubectl', 'kubectl', 'y/kubectl'].map(member), ['kubectl'])).toEqual(['kubectl']);
    expect(take(['x/b', 'b/', 'b/c'].map(member), ['b', 'x'])).toEqual(['x/b', 'b', 'b/c']);
  });

  it.each([
    [['kubeadm'], '"kubeadm" stands for 2 members'],
    [['a', 'b/kubectl'], 'the archive has no member "b/kubectl"'],
    [['kubect'], 'the archive has no member "kubect"'],
    [['a/b/kube'], 'the archive has no member "a/b/kube"'],
  ])('%j: %s', (asked, message) => {
    expect(() => take(ARCHIVE, asked)).toThrow(message);
  });

  it('may be as many as an archive has', () => {
    const many = Array.from({ length: 60_000 }, (_, i) => `a/b/c/d/${i}`);
    expect(take(many.map(member), ['a', ...many])).toEqual(many);
  });
});
