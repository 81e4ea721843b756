// Preloaded into a Node program where there is no GNU time: leaves its peak memory, in KiB, in a file when it ends.
process.on('exit', () => {
  require('node:fs').writeFileSync(process.env.BENCH_PEAK_FILE, String(process.resourceUsage().maxRSS));
});
