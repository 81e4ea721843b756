/** What can be done with a trusted root. */
export const TRUSTED_ROOT_ACTIONS = ['show', 'update', 'export'] as const;
