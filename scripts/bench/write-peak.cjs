// Preloaded into a Node program where there is no GNU time: leaves its peak memory, in KiB, in a file when it ends.
const { readFileSync, writeFileSync } = require('node:fs');

process.on('exit', () => writeFileSync(process.env.BENCH_PEAK_FILE, String(peakKib())));

/** Linux counts into maxRSS what the parent had when it started this program, so it is asked for this program's own. */
function peakKib() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS;
  const [, peak] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return peak;
}
