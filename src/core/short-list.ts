/** The first `most` of these in words, and how many more there are: `a, b and 3 more`; empty where there is none. */
export function shortList(items: readonly string[], most: number): string {
  const more = items.length - most;
  return `${items.slice(0, most).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
