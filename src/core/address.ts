/** An IP address in canonical text (dotted quad; RFC 5952 for IPv6), so that equal addresses are equal strings. */
export type Address = string & { readonly __brand: "Address" };
export type Family = "ipv4" | "ipv6";

/** Announced or bound text form of an address and a length: `10.88.2.1/32`, `2001:db8::1/128`. */
export type Prefix = string & { readonly __brand: "Prefix" };

/** Answers the canonical form of an IPv4 or IPv6 address, or undefined where `text` is none (no zone, no port, no length). */
export function parseAddress(text: string): Address | undefined {
  const groups = text.includes(":") ? parseV6(text) : parseV4(text);
  if (groups === undefined) return undefined;
  return (groups.length === 4 ? groups.join(".") : formatV6(groups)) as Address;
}

export function family(address: Address): Family {
  return address.includes(":") ? "ipv6" : "ipv4";
}

/** Bits in an address of the family: 32 or 128. */
export function bits(of: Family): 32 | 128 {
  return of === "ipv4" ? 32 : 128;
}

/** The network that `address/length` announces: host bits are cleared (RFC 4271, 4.3: trailing bits are irrelevant). */
export function networkPrefix(address: Address, length: number): Prefix {
  const isV4 = family(address) === "ipv4";
  const width = isV4 ? 8 : 16;
  const groups = (isV4 ? parseV4(address) : parseV6(address)) ?? [];
  const masked = groups.map((group, index) => {
    const kept = Math.min(width, Math.max(0, length - index * width));
    return group & (((1 << width) - 1) ^ ((1 << (width - kept)) - 1));
  });
  return `${isV4 ? masked.join(".") : formatV6(masked)}/${length}` as Prefix;
}

/** Splits a prefix that this program made; both halves are canonical. */
export function splitPrefix(prefix: Prefix): { readonly address: Address; readonly length: number } {
  const slash = prefix.lastIndexOf("/");
  return { address: prefix.slice(0, slash) as Address, length: Number(prefix.slice(slash + 1)) };
}

/** `address:port`, with an IPv6 address in brackets (RFC 3986, 3.2.2). */
export function endpoint(address: Address, port: number): string {
  return family(address) === "ipv6" ? `[${address}]:${port}` : `${address}:${port}`;
}

function parseV4(text: string): number[] | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  const numbers = parts.map((part) => (/^(0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256));
  return numbers.every((n) => n <= 255) ? numbers : undefined;
}

function parseV6(text: string): number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const left = groupsOf(head ?? [], tail === undefined);
  const right = groupsOf(tail ?? [], true);
  if (left === undefined || right === undefined) return undefined;
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...left, ...new Array<number>(missing).fill(0), ...right];
}

function groupsOf(parts: readonly string[], mayEndInV4: boolean): number[] | undefined {
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const v4 = mayEndInV4 && index === parts.length - 1 ? parseV4(part) : undefined;
    if (v4 === undefined) return undefined;
    const [a = 0, b = 0, c = 0, d = 0] = v4;
    groups.push(a * 256 + b, c * 256 + d);
  }
  return groups;
}

/** RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as `::`. */
function formatV6(groups: readonly number[]): string {
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let run = 0;
    while (i + run < 8 && groups[i + run] === 0) run++;
    if (run > length) {
      start = i;
      length = run;
    }
    i += run;
  }
  const hex = groups.map((group) => group.toString(16));
  if (start < 0) return hex.join(":");
  return `${hex.slice(0, start).join(":")}::${hex.slice(start + length).join(":")}`;
}
