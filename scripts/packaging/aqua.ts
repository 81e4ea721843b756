/** An entry for a registry of aqua, which mise reads too. aqua checks the signature over SHA256SUMS with cosign. */
import { stringify } from 'yaml';
import { DESCRIPTION, type Release } from './release.ts';

export function aquaRegistry({ repository }: Release): string {
  const [owner = '', name = ''] = repository.split('/');
  const identity = `https://github.com/${repository}/.github/workflows/release.yml@refs/tags/{{.Version}}`;
  const entry = {
    type: 'github_release',
    repo_owner: owner,
    repo_name: name,
    description: DESCRIPTION,
    asset: 'k8s-verify-{{.OS}}-{{.Arch}}.{{.Format}}',
    format: 'tar.xz',
    overrides: [{ goos: 'windows', format: 'zip' }],
    replacements: { amd64: 'x64', windows: 'win' },
    files: [{ name: 'k8s-verify' }],
    supported_envs: ['linux', 'darwin/arm64', 'windows/amd64'],
    checksum: {
      type: 'github_release',
      asset: 'SHA256SUMS',
      algorithm: 'sha256',
      cosign: {
        bundle: { type: 'github_release', asset: 'SHA256SUMS.sigstore.json' },
        opts: [
          '--certificate-identity',
          identity,
          '--certificate-oidc-issuer',
          'https://token.actions.githubusercontent.com',
        ],
      },
    },
  };
  return stringify({ packages: [entry] }, { lineWidth: 0 });
}
