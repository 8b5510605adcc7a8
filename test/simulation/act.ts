import { ip } from "../support/world.ts";
import { actOnKernel } from "./act-kernel.ts";
import { actOnGobgpd, actOnTable } from "./act-speaker.ts";
import { during, endAll } from "./during.ts";
import type { Fault } from "./fault.ts";
import { PEERS } from "./site.ts";
import type { World } from "./world.ts";

/** Lets the fault befall the world, now, and end when its time is over. */
export function act(world: World, fault: Fault): void {
  switch (fault.kind) {
    case "backend":
      during(
        world,
        fault,
        fault.name,
        () => world.backend(fault.name).become(fault.how),
        () => world.backend(fault.name).become("serves"),
      );
      return;
    case "controller":
      actOnController(world, fault);
      return;
    case "guard":
      if (fault.how === "stalled") {
        world.guard?.process.stall(fault.for);
        return;
      }
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
      actOnGobgpd(world, fault);
      return;
    case "speaker table":
      actOnTable(world, fault.how);
      return;
    case "kernel":
      actOnKernel(world, fault);
      return;
    case "tools":
      actOnTools(world, fault);
      return;
    case "disk":
      world.ledgerLost ||= fault.how.startsWith("ledger");
      if (fault.how === "ledger damaged") world.disk.damage("ledger.json");
      else if (fault.how === "ledger lost") world.disk.lose("ledger.json");
      else if (fault.how === "words damaged") world.disk.damage("overrides.json");
      else
        during(
          world,
          fault,
          "disk",
          () => (world.disk.full = true),
          () => (world.disk.full = false),
        );
      return;
    case "router": {
      const router = world.routers.get(ip(PEERS[fault.peer] ?? PEERS[0]));
      during(
        world,
        fault,
        `router ${fault.peer}`,
        () => router?.reach(false),
        () => router?.reach(true),
      );
      return;
    }
    case "operator":
      actAsOperator(world, fault);
      return;
    case "config":
      world.version = fault.how === "unreadable" ? undefined : fault.how;
      world.reload(fault.for % 2 === 0);
      return;
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
  endAll(world);
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

function actOnController(world: World, fault: Extract<Fault, { kind: "controller" }>): void {
  switch (fault.how) {
    case "killed":
      world.killController(fault.for);
      return;
    case "stalled":
      world.life?.process.stall(fault.for);
      return;
    case "stopped":
      world.stopController(fault.for);
      return;
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

function actOnTools(world: World, fault: Extract<Fault, { kind: "tools" }>): void {
  const { tools } = world;
  switch (fault.how) {
    case "cannot read":
    case "reads hang":
      during(
        world,
        fault,
        "reads",
        () => (tools.reads = fault.how === "reads hang" ? "hang" : "fail"),
        () => (tools.reads = "work"),
      );
      return;
    case "cannot write":
    case "writes hang":
      during(
        world,
        fault,
        "writes",
        () => (tools.writes = fault.how === "writes hang" ? "hang" : "fail"),
        () => (tools.writes = "work"),
      );
      return;
    case "slow":
      during(
        world,
        fault,
        "slow",
        () => (tools.slow = fault.for / 5),
        () => (tools.slow = 0),
      );
      return;
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
    if (how === "force up") world.laws.bounds.force(name);
    return actions.force({ service: name, word: how === "force up" ? "up" : "down", for: fault.for, ...said });
  });
}
