/** docs/migrate.md has its line for every usual way to get signed Kubernetes files. */
import { describe, expect, it } from 'vitest';
import { blocksIn, readPage } from './blocks.ts';

const page = readPage('docs/migrate.md');
const sections = page.split(/^## /m).slice(1);

/** As they are found in public scripts. */
const WAYS = [
  'curl -LO "https://dl.k8s.io/release/$(curl -L -s https://dl.k8s.io/release/stable.txt)/bin/linux/amd64/kubectl"',
  'sha256sum --check',
  'KUBECTL_SHA256_AMD64',
  'cosign verify-blob',
  'COSIGN_EXPERIMENTAL=1',
  'azure/setup-kubectl',
  'yokawasa/action-setup-kube-tools',
  'arkade get kubectl',
  'asdf install kubectl',
  'mise use kubectl',
  'aqua i',
  'ansible.builtin.get_url',
  'kubespray',
  'kOps',
  'image-builder',
  'pkgs.k8s.io',
  'kubernetes-node-linux-amd64.tar.gz',
  'CertUtil',
];

describe('docs/migrate.md', () => {
  it.each(WAYS)('has a line for %s', (way) => {
    expect(page).toContain(way);
  });

  it('says for each way what is gained and what is different', () => {
    const lacking = sections.filter(
      (text) => !text.includes('**Gained:**') || !text.includes('**Different:**'),
    );
    expect(lacking.map((text) => text.split('\n')[0])).toEqual([]);
  });

  it('leads from its table to each section', () => {
    const linked = [...page.matchAll(/\| \[([^\]]+)\]\(#/g)].map(([, title]) => title);
    const titles = sections.map((text) => text.split('\n')[0]?.toLowerCase());
    expect(linked.map((title) => title?.toLowerCase())).toEqual(titles);
  });

  it('has new lines that are run: old ones are no sh', () => {
    const languages = new Set(blocksIn('docs/migrate.md').map(({ language }) => language));
    expect([...languages].toSorted()).toEqual(['sh', 'text']);
    expect(blocksIn('docs/migrate.md').filter(({ language }) => language === 'sh').length).toBeGreaterThan(9);
  });
});
