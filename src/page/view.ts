/** Rows of the table of VIPs, whatever their number. */
export const SHOWS = ["all", "trouble", "announced", "silent", "held"] as const;
export type Show = (typeof SHOWS)[number];

/** What of the overview is asked for. */
export interface View {
  /** Part of a VIP, a service's name or a reason, in small letters; empty for all. */
  readonly search: string;
  readonly show: Show;
  /** From 1 on. */
  readonly page: number;
}

/** Characters of a search; a name has 64 at most. */
const LONGEST_SEARCH = 100;

/** Reads a query string; what cannot be understood is as if it were not there. */
export function readView(query: URLSearchParams): View {
  const show = query.get("show") ?? "";
  const page = Number(query.get("page") ?? 1);
  return {
    search: (query.get("q") ?? "").slice(0, LONGEST_SEARCH).trim().toLowerCase(),
    show: (SHOWS as readonly string[]).includes(show) ? (show as Show) : "all",
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
  };
}

/** The query string of a view, with its question mark; as short as it can be. */
export function viewQuery({ search, show, page }: View): string {
  const query = new URLSearchParams();
  if (search !== "") query.set("q", search);
  if (show !== "all") query.set("show", show);
  if (page !== 1) query.set("page", String(page));
  return `?${query}`;
}
