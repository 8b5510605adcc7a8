/** A BGP community (RFC 1997) as `65000:120`, both halves decimal, so that equal communities are equal strings. */
export type Community = string & { readonly __brand: "Community" };
/** A large community (RFC 8092) as `65000:1:2`. */
export type LargeCommunity = string & { readonly __brand: "LargeCommunity" };

/** Asks for a lower preference before the route goes (RFC 8326). */
export const GRACEFUL_SHUTDOWN = "65535:0" as Community;

/** Names of IANA's registry of well-known communities that a VIP may carry. */
export const WELL_KNOWN: Readonly<Record<string, Community>> = {
  "graceful-shutdown": GRACEFUL_SHUTDOWN,
  "no-export": "65535:65281" as Community,
  "no-advertise": "65535:65282" as Community,
  "no-export-subconfed": "65535:65283" as Community,
  blackhole: "65535:666" as Community,
};

const HALF = 65_535;
const WHOLE = 4_294_967_295;

/** The canonical form of `65000:120` or of a well-known name, or undefined where `text` is neither. */
export function parseCommunity(text: string): Community | undefined {
  const known = Object.hasOwn(WELL_KNOWN, text) ? WELL_KNOWN[text] : undefined;
  return known ?? (canonical(text, 2, HALF) as Community | undefined);
}

/** The canonical form of `65000:1:2`, or undefined where `text` is none. */
export function parseLargeCommunity(text: string): LargeCommunity | undefined {
  return canonical(text, 3, WHOLE) as LargeCommunity | undefined;
}

/** The numbers between the colons of either kind. */
export function partsOf(community: Community | LargeCommunity): readonly number[] {
  return community.split(":").map(Number);
}

/** Each once, in the order of their numbers: a set of communities has one text. */
export function sortCommunities<Kind extends Community | LargeCommunity>(list: readonly Kind[]): readonly Kind[] {
  return [...new Set(list)].sort((a, b) => {
    const [left, right] = [partsOf(a), partsOf(b)];
    const at = left.findIndex((part, index) => part !== right[index]);
    return (left[at] ?? 0) - (right[at] ?? 0);
  });
}

function canonical(text: string, count: number, most: number): string | undefined {
  const parts = text.split(":");
  const good = parts.length === count && parts.every((part) => /^\d{1,10}$/.test(part) && Number(part) <= most);
  return good ? parts.map(Number).join(":") : undefined;
}
