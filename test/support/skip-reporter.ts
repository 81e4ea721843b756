/**
 * Ends a run with how many tests were skipped, and what they lack. A test says it in its title, or in that of a suite
 * around it: `(needs openssl)`. One that does not say it fails the run.
 */
import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node';

export class SkipReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    // With a pattern, whatever does not match counts as skipped.
    if (this.#vitest?.config.testNamePattern !== undefined) return;
    // One that did not run because a hook before it failed is no skipped one.
    const skipped = modules
      .filter((module) => module.state() !== 'failed')
      .flatMap((module) => Array.from(module.children.allTests('skipped')));
    const { lines, unexplained } = describeSkips(skipped.map(titlesOf));
    process.stdout.write(`${lines.join('\n')}\n\n`);
    if (unexplained > 0) process.exitCode = 1;
  }
}

// oxlint-disable-next-line import/no-default-export -- vitest loads a reporter by its default export
export default SkipReporter;

/** From the test outwards. */
function titlesOf(test: TestCase): readonly string[] {
  const titles: string[] = [];
  for (let at: TestCase | TestSuite | TestModule = test; at.type !== 'module'; at = at.parent)
    titles.push(at.name);
  return titles;
}

/** @param skipped the titles of each skipped test, its own first and then those of the suites around it. */
export function describeSkips(skipped: readonly (readonly string[])[]): {
  readonly lines: readonly string[];
  readonly unexplained: number;
} {
  const counts = new Map<string, number>();
  const unexplained: string[] = [];
  for (const titles of skipped) {
    const reason = titles.map(needOf).find((need) => need !== undefined);
    if (reason === undefined) unexplained.push(titles.toReversed().join(' > '));
    else counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const reasons = [...counts].toSorted(([a, many], [b, few]) => few - many || (a < b ? -1 : 1));
  return {
    lines: [
      skipped.length === 0
        ? 'Skipped: no test'
        : `Skipped: ${skipped.length} test${skipped.length === 1 ? '' : 's'}`,
      ...reasons.map(([reason, count]) => `${String(count).padStart(6)}  ${reason}`),
      ...unexplained.map((title) => `   without a reason, "(needs ...)" in its title: ${title}`),
    ],
    unexplained: unexplained.length,
  };
}

function needOf(title: string): string | undefined {
  return /.*\((needs [^()]*)\)/.exec(title)?.[1];
}
