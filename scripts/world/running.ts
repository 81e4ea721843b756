export function isRunning(processNumber: number): boolean {
  if (!Number.isInteger(processNumber) || processNumber <= 0) return false;
  try {
    process.kill(processNumber, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
