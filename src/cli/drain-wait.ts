import type { ServiceStatus, ToldDrain } from "../admin/api.ts";
import type { AdminClient } from "../admin/client.ts";
import { ControllerUnreachable } from "../core/errors.ts";
import { systemClock } from "../daemon/clock.ts";
import { printText } from "./ask.ts";
import { EXIT } from "./exit.ts";

const LOOK_MS = 500;
/** Milliseconds that no look may succeed for: a controller that is restarted keeps the drain, and is back soon. */
const MISSED_MS = 30_000;

/** Tells how the drain goes until it is over; Ctrl-C ends the waiting and not the drain. */
export async function followDrain(client: AdminClient, services: "all" | readonly string[]): Promise<number> {
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  process.on("SIGINT", stop);
  try {
    const told = new Map<string, string>();
    for (let seenAt = systemClock.now(); !stopped.signal.aborted; ) {
      const found = await look(client, services);
      if (found !== undefined) seenAt = systemClock.now();
      if (systemClock.now() - seenAt > MISSED_MS)
        throw new ControllerUnreachable("the controller cannot be asked any more; the drain stands");
      for (const one of found ?? []) tell(one, told);
      const gone = found === undefined || services === "all" ? [] : missing(services, found);
      printText(gone.map((name) => `${name} is not in the config any more`));
      if (gone.length > 0) return EXIT.failed;
      const code = found === undefined ? undefined : verdict(found);
      if (code !== undefined) return code;
      await systemClock.sleep(LOOK_MS, stopped.signal);
    }
    const undo = services === "all" ? "-all" : services.join(" ");
    process.stderr.write(`not waiting any more; the drain stands, and \`bgp-lb undrain ${undo}\` takes it back\n`);
    return EXIT.interrupted;
  } finally {
    process.off("SIGINT", stop);
  }
}

async function look(client: AdminClient, services: "all" | readonly string[]): Promise<ServiceStatus[] | undefined> {
  try {
    const { services: all } = await client.status();
    return all.filter(({ name }) => services === "all" || services.includes(name));
  } catch (error) {
    if (error instanceof ControllerUnreachable) return undefined;
    throw error;
  }
}

function missing(services: readonly string[], found: readonly ServiceStatus[]): readonly string[] {
  return services.filter((service) => !found.some(({ name }) => name === service));
}

/** undefined: it still drains. What somebody took back is not drained. */
function verdict(found: readonly ServiceStatus[]): number | undefined {
  if (found.some(({ override }) => override?.word === "drain" && override.result === undefined)) return undefined;
  return found.every(({ override }) => override?.word === "drain") ? EXIT.ok : EXIT.failed;
}

function tell({ name, override }: ServiceStatus, told: Map<string, string>): void {
  const line = override?.word === "drain" ? progress(name, override) : `${name} is not drained: somebody took it back`;
  if (told.get(name) === line) return;
  told.set(name, line);
  printText([line]);
}

function progress(name: string, override: ToldDrain): string {
  if (override.result !== undefined) return `${name} is ${override.words}`;
  const { connections } = override;
  if (connections === undefined) return `${name}: draining, connections not counted`;
  return `${name}: draining, ${connections.active} active, ${connections.accepted} accepted in all`;
}
