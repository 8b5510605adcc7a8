/** What a host's kernel has for one VIP, read from /proc of a process in its namespace: no program is run for it. */
export interface DataplaneView {
  readonly address: boolean;
  /** Whether the virtual service is there at all, and whether one real server takes new connections. */
  readonly service: boolean;
  readonly serves: boolean;
}

export interface ProcFiles {
  readonly fibTrie: string;
  readonly ifInet6: string;
  readonly ipVs: string;
}

export function viewOf(files: ProcFiles, vip: string, port: number): DataplaneView {
  const address = vip.includes(":") ? files.ifInet6.includes(`${hex6(vip)} `) : isLocal(files.fibTrie, vip);
  const weights = weightsOf(files.ipVs, vip, port);
  return { address, service: weights !== undefined, serves: weights?.some((weight) => weight > 0) ?? false };
}

/** An address that is the host's own is a leaf of the trie with a local route. */
function isLocal(fibTrie: string, vip: string): boolean {
  return new RegExp(`\\|-- ${vip.replaceAll(".", "\\.")}\\n\\s+/32 host LOCAL`).test(fibTrie);
}

/** The weights of the real servers of a virtual service in /proc/net/ip_vs; undefined: there is none. */
function weightsOf(ipVs: string, vip: string, port: number): readonly number[] | undefined {
  const name = vip.includes(":") ? `[${hex6(vip).replace(/(.{4})(?!$)/g, "$1:")}]` : hex4(vip);
  const head = `TCP  ${name}:${port.toString(16).padStart(4, "0")} `.toLowerCase();
  const lines = ipVs.split("\n");
  const at = lines.findIndex((line) => line.toLowerCase().startsWith(head));
  if (at < 0) return undefined;
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((line) => !line.trimStart().startsWith("->"));
  return rest
    .slice(0, end < 0 ? rest.length : end)
    .map((line) => Number(/->\s+\S+\s+\S+\s+(\d+)/.exec(line)?.[1] ?? 0));
}

function hex4(address: string): string {
  return address
    .split(".")
    .map((part) => Number(part).toString(16).padStart(2, "0"))
    .join("");
}

function hex6(address: string): string {
  const [head = "", tail] = address.split("::");
  const groups = (part: string) => part.split(":").filter(Boolean);
  const [first, last] = [groups(head), groups(tail ?? "")];
  const middle = tail === undefined ? [] : Array<string>(8 - first.length - last.length).fill("0");
  return [...first, ...middle, ...last].map((group) => group.padStart(4, "0")).join("");
}
