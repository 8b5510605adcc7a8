import type { Prefix } from "../../src/core/address.ts";
import { ip } from "../support/world.ts";
import { during } from "./during.ts";
import type { Fault } from "./fault.ts";
import { LOCAL } from "./site.ts";
import type { World } from "./world.ts";

const FOREIGN = "198.51.100.0/24" as Prefix;

/** What befalls gobgpd itself. */
export function actOnGobgpd(world: World, fault: Extract<Fault, { kind: "gobgpd" }>): void {
  const { gobgpd, time } = world;
  if (fault.how === "killed") {
    gobgpd.kill();
    time.after(fault.for, () => gobgpd.start());
  } else if (fault.how === "hangs") {
    gobgpd.hang();
    time.after(fault.for, () => gobgpd.resume());
  } else {
    const kind =
      fault.how === "refuses withdrawals"
        ? "path.withdraw"
        : fault.how === "refuses announcements"
          ? "path.announce"
          : undefined;
    during(
      world,
      fault,
      "gobgpd",
      () => (gobgpd.refuse = (op) => (kind === undefined || op.kind === kind ? "refused by a fault" : undefined)),
      () => (gobgpd.refuse = undefined),
    );
  }
}

/** Somebody else changes what gobgpd holds. */
export function actOnTable({ gobgpd, routers }: World, how: "paths deleted" | "peer deleted" | "foreign path"): void {
  if (gobgpd.state !== "runs" || gobgpd.identity === undefined) return;
  if (how === "paths deleted") {
    for (const prefix of [...gobgpd.paths.keys()])
      if (!gobgpd.foreign.has(prefix)) gobgpd.do({ target: "speaker", kind: "path.withdraw", prefix });
  } else if (how === "peer deleted") {
    const [address] = routers.keys();
    if (address !== undefined) gobgpd.do({ target: "speaker", kind: "peer.delete", address });
  } else {
    gobgpd.foreign.add(FOREIGN);
    gobgpd.do({ target: "speaker", kind: "path.announce", path: { prefix: FOREIGN, nextHop: ip(LOCAL.routerId) } });
  }
}
