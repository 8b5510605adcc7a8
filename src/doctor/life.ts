import type { Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { fail, ok, unknown, warn } from "./finding.ts";
import { configOf } from "./wanted.ts";

/** What a controller lives with: its state directory, its guard, itself, and the clock. */
export function lifeFindings(facts: Facts): Finding[] {
  return [stateDirectory(facts), guard(facts), controller(facts), clock(facts)];
}

function stateDirectory({ stateDirectory: { path, found, writable } }: Facts): Finding {
  const about = "state directory";
  if (found === undefined)
    return writable
      ? ok(about, `${path} is not there yet, and can be made`)
      : warn(
          about,
          `${path} is not there, and this user may not make it`,
          `mkdir -m 750 ${path}, owned by the controller's user, or -state-dir DIR`,
        );
  if (!found.directory)
    return fail(about, `${path} is not a directory`, "move it away, or choose another with -state-dir DIR");
  const mode = found.mode.toString(8).padStart(3, "0");
  if ((found.mode & 0o022) !== 0)
    return warn(
      about,
      `${path} has mode ${mode}: others may write to it, and so say what this host owns`,
      `chmod go-w ${path}`,
    );
  return writable
    ? ok(about, `${path} has mode ${mode}`)
    : unknown(about, `${path} has mode ${mode}, and this user may not write to it: ask as the controller's user`);
}

function guard(facts: Facts): Finding {
  const about = "guard";
  const { guard: found } = facts;
  if (configOf(facts)?.lease.term === 0) return ok(about, 'is not used ("lease": "0s")');
  if (found === undefined)
    return warn(
      about,
      "is off: announcements outlive a dead controller for ever",
      "run bgp-lb guard, and give the controller its -guard-socket",
    );
  if (found.listening) return ok(about, `listens at ${found.socket}`);
  const start =
    found.unit === undefined ? "run bgp-lb guard beside the controller" : "systemctl enable --now bgp-lb-guard";
  return warn(
    about,
    `nobody listens at ${found.socket}${found.unit === undefined ? "" : ` (its unit is ${found.unit})`}: announcements outlive a dead controller for ever`,
    start,
  );
}

function controller({ controller: holder }: Facts): Finding {
  const about = "controller";
  if (holder === "free") return ok(about, "none runs in this network namespace");
  if (holder === "silent")
    return fail(
      about,
      "one runs in this network namespace, and does not answer: it is stopped or hung",
      "see its log; systemctl restart bgp-lb",
    );
  const { pid, config, condition } = holder;
  const says = `process ${pid}, config ${config}: ${condition.line}`;
  return condition.stalled ? fail(about, `stalled: ${says}`, "see its log; systemctl restart bgp-lb") : ok(about, says);
}

function clock({ clockSynchronised: synchronised }: Facts): Finding {
  const about = "clock";
  if (synchronised === undefined)
    return unknown(about, "nobody here says whether it is synchronised (timedatectl, systemd-timesyncd)");
  if (synchronised) return ok(about, "is synchronised");
  return warn(
    about,
    "is not synchronised: logs of hosts cannot be compared, and certificates may be refused (bgp-lb itself goes by the monotonic clock)",
    "apt-get install systemd-timesyncd, or chrony",
  );
}
