/**
 * How long a parser takes, for the tests of S100: 1 MB of hostile input.
 *
 * The best of up to 20 runs, by the clock or by the processor's time: a machine that is busy with something else
 * must not fail a test about complexity.
 *
 * @param enough - ms; a run that takes less is the last
 */
export function milliseconds(run: () => unknown, enough: number = LINEAR_MS): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 20 && best >= enough; i++) {
    const cpu = process.cpuUsage();
    const start = performance.now();
    run();
    const elapsed = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    best = Math.min(best, elapsed, (user + system) / 1000);
  }
  return best;
}

/**
 * For {@link MEGABYTE} characters. S100 allows 50 ms, and the slowest takes 40 on two busy cores; here there is room for a
 * machine that is slower. What is not linear takes minutes.
 */
export const LINEAR_MS = 200;
export const MEGABYTE = 1_000_000;
