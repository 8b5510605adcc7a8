/** Rows under a title, in columns as wide as they have to be; nothing where there is no row. */
export function table(title: string, rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const widths: number[] = [];
  for (const row of rows) for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  const line = (row: readonly string[]) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ");
  return ["", `${title}:`, ...rows.map((row) => `  ${line(row)}`.trimEnd())];
}
