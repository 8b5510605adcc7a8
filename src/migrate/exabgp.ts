import { UsageError } from "../core/errors.ts";
import type { Draft, DraftBgp, DraftService } from "./draft.ts";
import type { Statement } from "./exabgp-file.ts";
import { parseExabgp } from "./exabgp-file.ts";
import { sessionsOf } from "./exabgp-session.ts";
import { last, serviceOf } from "./healthcheck.ts";
import type { Given } from "./healthcheck-options.ts";
import { optionLines, readOptions } from "./healthcheck-options.ts";
import { shellWords } from "./shell-words.ts";

/**
 * A config with the meaning of an exabgp.conf whose processes run ExaBGP's healthcheck, or of one configuration file of that
 * healthcheck. `read` answers the text of a file that --config names. Throws UsageError where the file cannot be understood.
 */
export function importExabgp(text: string, file: string, read: (path: string) => string): Draft {
  const comments: string[] = [];
  const healthcheckAlone = !/^\s*(?:neighbor|group|template|process)\b[^=]*(?:\{|$)/m.test(text);
  const statements = healthcheckAlone ? [] : parseExabgp(text, file);
  const runs = healthcheckAlone
    ? [{ name: "service", where: file, given: readOptions(optionLines(text), file) }]
    : healthchecks(statements, file, read, comments);
  const services: DraftService[] = [];
  for (const { name, where, given } of runs)
    services.push(
      serviceOf(
        given,
        name,
        where,
        services.map((service) => service.name),
      ),
    );
  if (services.length === 0)
    throw new UsageError(`${file}: no process runs ExaBGP's healthcheck, so there is nothing to import`);
  const sessions = sessionsOf(statements, file, comments);
  if (healthcheckAlone)
    comments.push(`${file} says nothing of BGP; write routerID, as and peers, as exabgp.conf has them`);
  const bgp = withNextHops(
    sessions,
    runs.map(({ given }) => given),
    comments,
  );
  return { $comment: [...new Set(comments)], bgp, services };
}

interface Run {
  readonly name: string;
  readonly where: string;
  readonly given: Given;
}

function healthchecks(
  statements: readonly Statement[],
  file: string,
  read: (path: string) => string,
  comments: string[],
): readonly Run[] {
  return processesIn(statements).flatMap(({ words, block = [], line }) => {
    const name = words[1] ?? "process";
    const run = block.find((one) => one.words[0] === "run")?.words.slice(1) ?? [];
    // The whole command line may be one quoted word.
    const command = run.length === 1 ? shellWords(run[0] ?? "") : run;
    const at = command.findIndex((word) =>
      /^healthcheck(?:\.py)?$/.test(word.split(/[/.](?=healthcheck)/).at(-1) ?? ""),
    );
    if (at < 0) {
      comments.push(`${file}:${line}: process ${name}: not ExaBGP's healthcheck; what it announces is not taken over`);
      return [];
    }
    const where = `${file}:${line}: process ${name}`;
    const options = command.slice(at + 1);
    const config = last(readOptions(options, where), "config");
    const given = readOptions(config === undefined ? options : [...optionLines(read(config)), ...options], where);
    return [{ name, where, given }];
  });
}

/** ExaBGP 3 has them in the neighbors. */
function processesIn(statements: readonly Statement[]): readonly Statement[] {
  return statements.flatMap((statement) =>
    statement.words[0] === "process" && statement.block !== undefined
      ? [statement]
      : processesIn(statement.block ?? []),
  );
}

function withNextHops(bgp: DraftBgp, runs: readonly Given[], comments: string[]): DraftBgp {
  const hops = [...new Set(runs.flatMap((given) => last(given, "next-hop") ?? []))];
  const take = (sign: string) => {
    const [first, ...others] = hops.filter((hop) => hop.includes(sign));
    for (const other of others) comments.push(`--next-hop ${other}: a host has one next hop for each family, ${first}`);
    return first;
  };
  const ipv4 = take(".");
  const ipv6 = take(":");
  const nextHop = { ...bgp.local.nextHop, ...(ipv4 !== undefined && { ipv4 }), ...(ipv6 !== undefined && { ipv6 }) };
  return Object.keys(nextHop).length === 0 ? bgp : { ...bgp, local: { ...bgp.local, nextHop } };
}
