export * from './errors.ts';
export { EXIT_CODE_MEANINGS, EXIT_CODES, type ExitCode, exitCodeFor } from './exit-codes.ts';
