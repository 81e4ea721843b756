import { describe, expect, it } from 'vitest';
import { COMPONENTS } from '../../../src/release/component.ts';
import { nearest } from '../../../src/text/nearest.ts';

const names = COMPONENTS.map(({ name }) => name);

describe('the name that was meant', () => {
  it.each([
    ['kubetcl', 'kubectl'],
    ['kubect', 'kubectl'],
    ['kubectll', 'kubectl'],
    ['kubeadn', 'kubeadm'],
    ['kube-poxry', 'kube-proxy'],
    ['kubectl.exe', 'kubectl'],
    ['kubectl-linux', 'kubectl'],
    ['controller-manager', 'kube-controller-manager'],
  ])('%s is %s', (typed, meant) => {
    expect(nearest(typed, names)).toBe(meant);
  });

  it.each(['kube', 'kubexyz', 'docker', '', 'k'.repeat(10_000)])(
    '%s is nothing that could be said',
    (typed) => {
      expect(nearest(typed, names)).toBeUndefined();
    },
  );

  it('forgives two slips from 8 letters on, and one before', () => {
    expect(nearest('abcdefgh', ['abcdefxy'])).toBe('abcdefxy');
    expect(nearest('abcdefg', ['abcdexy'])).toBeUndefined();
    expect(nearest('badcefgh', ['abcdefgh'])).toBe('abcdefgh');
  });
});
