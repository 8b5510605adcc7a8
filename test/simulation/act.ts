import { ip } from "../support/world.ts";
import type { Fault } from "./fault.ts";
import { actOnKernel } from "./act-kernel.ts";
import { PEERS } from "./site.ts";
import type { World } from "./world.ts";

/** Whose states a fault sets: the last to set one is the one who ends it. */
const holders = new WeakMap<World, Map<string, object>>();

/** Lets the fault befall the world, now, and end when its time is over. */
export function act(world: World, fault: Fault): void {
  switch (fault.kind) {
    case "backend":
      return during(world, fault, fault.name, () => world.backend(fault.name).become(fault.how), () =>
        world.backend(fault.name).become("serves"),
      );
    case "controller":
      return actOnController(world, fault);
    case "guard":
      if (fault.how === "stalled") return world.guard?.process.stall(fault.for);
      world.guard?.process.kill();
      world.time.after(fault.for, () => world.startGuard());
      return;
    case "host":
      if (fault.how === "clock stepped") {
        world.wallClockStep += fault.for * (fault.for % 2 === 0 ? 1_000 : -1_000);
        return;
      }
      for (const process of [world.life?.process, world.guard?.process]) process?.stall(fault.for);
      return;
    case "gobgpd":
      return actOnGobgpd(world, fault);
    case "speaker table":
      return actOnTable(world, fault.how);
    case "kernel":
      return actOnKernel(world, fault);
    case "tools":
      return actOnTools(world, fault);
    case "disk":
      world.ledgerLost ||= fault.how.startsWith("ledger");
      if (fault.how === "ledger damaged") world.disk.damage("ledger.json");
      else if (fault.how === "ledger lost") world.disk.lose("ledger.json");
      else if (fault.how === "words damaged") world.disk.damage("overrides.json");
      else during(world, fault, "disk", () => (world.disk.full = true), () => (world.disk.full = false));
      return;
    case "router": {
      const router = world.routers.get(ip(PEERS[fault.peer] ?? PEERS[0]));
      return during(world, fault, `router ${fault.peer}`, () => router?.reach(false), () => router?.reach(true));
    }
    case "operator":
      return actAsOperator(world, fault);
    case "config":
      world.version = fault.how === "unreadable" ? undefined : fault.how;
      return world.reload(fault.for % 2 === 0);
    case "connections": {
      const keys = [...world.kernel.table.keys()];
      for (const key of keys) world.kernel.busy.add(key);
      world.time.after(fault.for, () => world.kernel.busy.clear());
      return;
    }
  }
}

/** Ends all that still goes on, so that a working world is left: with some backends dead, but with nothing in anybody's way. */
export function mend(world: World): void {
  holders.delete(world);
  const { tools, gobgpd, disk, kernel } = world;
  tools.reads = "work";
  tools.writes = "work";
  tools.slow = 0;
  disk.full = false;
  kernel.busy.clear();
  gobgpd.refuse = undefined;
  if (gobgpd.state === "hangs") gobgpd.resume();
  gobgpd.start();
  for (const router of world.routers.values()) router.reach(true);
  world.version ??= "full";
  world.startGuard();
  world.startController();
}

function during(world: World, fault: Fault, what: string, begin: () => void, end: () => void): void {
  const held = holders.get(world) ?? new Map<string, object>();
  holders.set(world, held);
  held.set(what, fault);
  begin();
  world.time.after(fault.for, () => {
    if (held.get(what) === fault && holders.get(world) === held) end();
  });
}

function actOnController(world: World, fault: Extract<Fault, { kind: "controller" }>): void {
  switch (fault.how) {
    case "killed":
      return world.killController(fault.for);
    case "stalled":
      return world.life?.process.stall(fault.for);
    case "stopped":
      return world.stopController(fault.for);
    case "stopped and killed":
      world.stopController(fault.for);
      world.time.after(fault.for / 2, () => world.killController(fault.for));
      return;
    case "started twice":
      // Where one runs, the other has to end by itself.
      if (world.life?.process.alive === true) world.start();
      return;
  }
}

function actOnGobgpd(world: World, fault: Extract<Fault, { kind: "gobgpd" }>): void {
  const { gobgpd, time } = world;
  if (fault.how === "killed") {
    gobgpd.kill();
    time.after(fault.for, () => gobgpd.start());
  } else if (fault.how === "hangs") {
    gobgpd.hang();
    time.after(fault.for, () => gobgpd.resume());
  } else {
    const kind = fault.how === "refuses withdrawals" ? "path.withdraw" : fault.how === "refuses announcements" ? "path.announce" : undefined;
    during(
      world,
      fault,
      "gobgpd",
      () => (gobgpd.refuse = (op) => (kind === undefined || op.kind === kind ? "refused by a fault" : undefined)),
      () => (gobgpd.refuse = undefined),
    );
  }
}

function actOnTable({ gobgpd, routers }: World, how: "paths deleted" | "peer deleted" | "foreign path"): void {
  if (how === "paths deleted") {
    for (const prefix of [...gobgpd.paths.keys()])
      if (!gobgpd.foreign.has(prefix)) gobgpd.tamper({ target: "speaker", kind: "path.withdraw", prefix });
  } else if (how === "peer deleted") {
    const [address] = routers.keys();
    if (address !== undefined) gobgpd.tamper({ target: "speaker", kind: "peer.delete", address });
  } else {
    gobgpd.addForeignPath();
  }
}

function actOnTools(world: World, fault: Extract<Fault, { kind: "tools" }>): void {
  const { tools } = world;
  switch (fault.how) {
    case "cannot read":
    case "reads hang":
      return during(world, fault, "reads", () => (tools.reads = fault.how === "reads hang" ? "hang" : "fail"), () => (tools.reads = "work"));
    case "cannot write":
    case "writes hang":
      return during(world, fault, "writes", () => (tools.writes = fault.how === "writes hang" ? "hang" : "fail"), () => (tools.writes = "work"));
    case "slow":
      return during(world, fault, "slow", () => (tools.slow = fault.for / 5), () => (tools.slow = 0));
    case "monitor killed":
      for (const kill of [...world.monitorKillers]) kill();
      return;
  }
}

function actAsOperator(world: World, fault: Extract<Fault, { kind: "operator" }>): void {
  const { name, how } = fault;
  const said = { by: "walker", reason: "" };
  world.ask((actions) => {
    if (how === "undrain") return actions.undrain({ services: [name], by: "walker" });
    if (how === "drain") return actions.drain({ services: [name], timeout: fault.for, ...said });
    if (how === "force up") world.laws.bounds.forced.add(name);
    return actions.force({ service: name, word: how === "force up" ? "up" : "down", for: fault.for, ...said });
  });
}

