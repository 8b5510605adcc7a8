import type { Statement } from "./exabgp-file.ts";

/** A neighbor of exabgp.conf with all that counts for it, the later over the earlier. */
export interface Neighbor {
  readonly address: string;
  readonly settings: readonly Statement[];
  readonly line: number;
}

export function statementIn(settings: readonly Statement[], key: string): Statement | undefined {
  return settings.filter(({ words }) => words[0] === key).at(-1);
}

export function valueIn(settings: readonly Statement[], key: string): string | undefined {
  return statementIn(settings, key)?.words[1];
}

export function numberIn(settings: readonly Statement[], key: string): number | undefined {
  const text = valueIn(settings, key);
  return text === undefined ? undefined : Number(text);
}
