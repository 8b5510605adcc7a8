/** The known word that was most likely meant, or undefined where none is near. */
export function suggest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  // A slip in a short word, two or three in a longer one; more is another word.
  let nearest = (word.length <= 4 ? 1 : word.length <= 7 ? 2 : 3) + 1;
  if (word.length > 64) return undefined;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < nearest && distance < candidate.length) {
      nearest = distance;
      best = candidate;
    }
  }
  return best;
}

/** Insertions, deletions, changes and swaps of neighbours between two words (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
