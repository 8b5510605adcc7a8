import type { Facts, Listener } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { fail, ok, unknown, warn } from "./finding.ts";
import { configOf } from "./wanted.ts";

/** Where gobgpd's API listens unless it is told otherwise: on all addresses. */
const DEFAULT_PORT = 50051;

/** gobgpd: whether it answers, and who else can reach its API. */
export function speakerFindings(facts: Facts): Finding[] {
  const { speaker, wanted } = facts;
  if (!speaker.reached) return [fail("gobgpd", speaker.reason, start(speaker.unit)), ...exposure(facts)];
  return [ok("gobgpd", `${speaker.generation} answers at ${wanted.api}`), ...identity(facts), ...exposure(facts)];
}

function start(unit: string): string {
  return `start it (systemctl start ${unit}), or name its API: bgp.gobgp.address in the config, or -gobgp-address`;
}

function identity(facts: Facts): Finding[] {
  const { speaker } = facts;
  const config = configOf(facts);
  if (!speaker.reached || config === undefined) return [];
  const about = "gobgpd identity";
  const found = speaker.state?.identity;
  if (speaker.state === undefined) return [unknown(about, "gobgpd answers, and does not say what it holds")];
  if (found === undefined)
    return config.mode === "managed"
      ? [ok(about, "BGP is not started in it: bgp-lb will")]
      : [
          fail(
            about,
            "BGP is not started in it",
            "in shared mode gobgpd's own config has to start it: [global.config]",
          ),
        ];
  const wanted = config.identity;
  if (wanted === undefined || (wanted.as === found.as && wanted.routerId === found.routerId))
    return [ok(about, `AS ${found.as}, router ID ${found.routerId}`)];
  return [
    fail(
      about,
      `AS ${found.as}, router ID ${found.routerId}; the config says AS ${wanted.as}, router ID ${wanted.routerId}`,
      "correct the config, or restart a gobgpd that nobody else needs",
    ),
  ];
}

/** gobgpd asks nobody who he is: whoever reaches its API can announce anything. */
function exposure(facts: Facts): Finding[] {
  const { wanted, listeners, speaker } = facts;
  const about = "gobgpd API";
  const tls = configOf(facts)?.gobgp.tls !== undefined;
  const ports = new Set([DEFAULT_PORT, Number(/:(\d+)$/.exec(wanted.api)?.[1] ?? DEFAULT_PORT)]);
  const open = listeners.find((one) => one.protocol === "tcp" && ports.has(one.port) && isGobgpd(one) && isOpen(one));
  if (open !== undefined && !tls)
    return [
      warn(
        about,
        `listens on ${open.address === "::" ? "[::]" : open.address}:${open.port}, every address of this host, and asks nobody who he is: whoever reaches it can announce anything`,
        "gobgpd --api-hosts 127.0.0.1:50051, or a unix socket for one group: --api-hosts unix:///run/gobgp/api.sock",
      ),
    ];
  if (wanted.api.startsWith("unix:") && speaker.reached && speaker.mode !== undefined) {
    const path = wanted.api.replace(/^unix:\/\//, "");
    if ((Number.parseInt(speaker.mode, 8) & 0o002) !== 0)
      return [
        warn(about, `${path} has mode ${speaker.mode}: every user of this host may announce`, `chmod o-rwx ${path}`),
      ];
    return [ok(about, `${path} has mode ${speaker.mode}`)];
  }
  return speaker.reached ? [ok(about, "not seen to listen on every address of this host")] : [];
}

function isGobgpd({ owner }: Listener): boolean {
  return owner === undefined || owner.name === "gobgpd";
}

function isOpen({ address }: Listener): boolean {
  return address === "0.0.0.0" || address === "::";
}
