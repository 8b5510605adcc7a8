import type { Protocol } from "../core/service.ts";
import { PROTOCOL_OPTIONS } from "./ipvs.ts";
import { type Options, REAL_SERVER_OPTIONS, VIRTUAL_SERVICE_OPTIONS } from "./ipvs-options.ts";
import { assemble, type IpvsTable, type Line, parseEndpoint } from "./ipvs-table.ts";
import { quote, UnexpectedOutput } from "./json.ts";

/** Prints the table as options, numerically (a name service may hang). It asks the kernel once for each virtual service. */
export const SAVE = ["ipvsadm", "-S", "-n"] as const;

/** Reads `ipvsadm -S -n` (1.31). Options that we do not manage (persistence, thresholds, ...) are passed over. Throws UnexpectedOutput. */
export function parseSave(text: string): IpvsTable {
  return assemble(SAVE.join(" "), text, parseLine);
}

function parseLine(line: string): Line {
  const words = line.split(/\s+/).filter((word) => word !== "");
  const [command] = words;
  if (command === undefined) return { kind: "none" };
  if (command !== "-A" && command !== "-a") throw new UnexpectedOutput(`expected -A or -a, found ${quote(command)}`);
  const options = parseOptions(words.slice(1));
  const name = (Object.keys(PROTOCOL_OPTIONS) as Protocol[]).find((each) => options.has(PROTOCOL_OPTIONS[each]));
  if (command === "-a") {
    const forwarding = REAL_SERVER_OPTIONS.forwarding.read(options);
    const weight = REAL_SERVER_OPTIONS.weight.read(options);
    if (forwarding === undefined) throw new UnexpectedOutput("expected -m, -g or -i");
    if (weight === undefined) throw new UnexpectedOutput("expected -w and a weight");
    return { kind: "server", server: { ...parseEndpoint(options.get("-r") ?? ""), forwarding, weight } };
  }
  if (name === undefined) {
    if (options.has("-f")) return { kind: "foreign" };
    throw new UnexpectedOutput(`expected ${Object.values(PROTOCOL_OPTIONS).join(", ")} or -f`);
  }
  const { address: vip, port } = parseEndpoint(options.get(PROTOCOL_OPTIONS[name]) ?? "");
  const scheduler = VIRTUAL_SERVICE_OPTIONS.scheduler.read(options);
  if (!scheduler) throw new UnexpectedOutput("expected -s and a scheduler");
  const flags = VIRTUAL_SERVICE_OPTIONS.flags.read(options) ?? [];
  return { kind: "service", service: { vip, port, protocol: name, scheduler, flags, realServers: [] } };
}

function parseOptions(words: readonly string[]): Options {
  const options = new Map<string, string>();
  for (const [index, word] of words.entries()) {
    if (!word.startsWith("-")) continue;
    const value = words[index + 1];
    options.set(word, value === undefined || value.startsWith("-") ? "" : value);
  }
  return options;
}
