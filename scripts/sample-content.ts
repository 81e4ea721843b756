/** What the sample in src/flow/sample.ts was signed over. */
export const SAMPLE_CONTENT = 'k8s-verify proves this sample before it refuses anything\n';
