/** A feature of development containers (containers.dev): its description, and the scripts that it runs. */
import { DESCRIPTION, type Release } from './release.ts';

export function featureDescription({ version, repository }: Release): string {
  const description = {
    id: 'k8s-verify',
    version,
    name: 'k8s-verify',
    description: DESCRIPTION,
    documentationURL: `https://github.com/${repository}/blob/v${version}/docs/install.md`,
    licenseURL: `https://github.com/${repository}/blob/v${version}/LICENSE`,
    options: {
      components: {
        type: 'string',
        default: '',
        description: 'Kubernetes programs to install, proved: kubectl@v1.30.2 kubeadm@v1.30.2',
      },
      requireSignature: {
        type: 'boolean',
        default: false,
        description:
          'Install nothing unless cosign or an older k8s-verify in the image has checked the signature',
      },
      from: {
        type: 'string',
        default: '',
        description: "Another place of the release's files: the URL of a mirror",
      },
    },
    installsAfter: ['ghcr.io/devcontainers/features/common-utils'],
  };
  return `${JSON.stringify(description, undefined, 2)}\n`;
}
