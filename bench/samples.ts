/** Milliseconds that the work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/**
 * So many samples of both, in turn, so that what else the machine does meets both alike; who comes first changes each time. Each is done
 * once before, uncounted: files are read and code is compiled by then.
 */
export async function inTurn(
  count: number,
  ours: () => Promise<number>,
  baseline: () => Promise<number>,
): Promise<{ readonly ours: readonly number[]; readonly baseline: readonly number[] }> {
  const samples = { ours: [] as number[], baseline: [] as number[] };
  await ours();
  await baseline();
  for (let round = 0; round < count; round++) {
    if (round % 2 === 0) samples.ours.push(await ours());
    samples.baseline.push(await baseline());
    if (round % 2 === 1) samples.ours.push(await ours());
  }
  return samples;
}
