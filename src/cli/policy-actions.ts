/** What can be done with a policy. */
export const POLICY_ACTIONS = ['show', 'check'] as const;
