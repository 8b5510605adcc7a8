import { dirname } from "node:path";
import type { Clock } from "../core/ports.ts";
import { Guard } from "./guard.ts";
import type { HoldMessage } from "./guard-protocol.ts";
import { GuardServer } from "./guard-server.ts";
import { GuardState } from "./guard-state.ts";
import type { Logger } from "./log.ts";
import { openSpeaker } from "./open-speaker.ts";
import type { ServiceManager } from "./service-manager.ts";

export interface GuardSettings {
  readonly socket: string;
  /** undefined: beside the socket. */
  readonly stateDirectory: string | undefined;
}

/** The guard as a process: its socket, its state, its connection to gobgpd. Runs until `leave` is aborted; throws where it cannot listen. */
export async function runGuard(
  settings: GuardSettings,
  clock: Clock,
  log: Logger,
  manager: ServiceManager,
  leave: AbortSignal,
): Promise<void> {
  let beatAt = clock.now();
  const state = new GuardState(settings.stateDirectory ?? dirname(settings.socket));
  const guard = new Guard({
    clock,
    log,
    openSpeaker: async (gobgp) => {
      const speaker = await openSpeaker(withoutUndefined(gobgp), "the controller", clock, (event) => {
        if (event.kind === "down") log.warn(event.reason);
      });
      speaker.start();
      return speaker;
    },
    save: (hold) => state.save(hold),
    onTurn: () => {
      if (clock.now() - beatAt < (manager.watchdog ?? 0) / 4) return;
      beatAt = clock.now();
      manager.beat();
    },
  });
  const server = new GuardServer({
    path: settings.socket,
    onMessage: (message) => guard.hear(message),
    condition: () => guard.condition,
    onNonsense: () => log.warn("something at the guard's socket speaks another language, and was cut off"),
  });
  const { hold, warning } = await state.load();
  if (warning !== undefined) log.warn(warning);
  await server.listen();
  log.info(
    `guard listens at ${settings.socket}${hold === undefined ? "" : `, and watches ${hold.prefixes.length} prefixes of before`}`,
  );
  await guard.resume(hold);
  await manager.tell({ READY: "1" });
  await guard.run(leave);
  await manager.tell({ STOPPING: "1" });
  await server.close();
  log.info("guard ends; what is announced stays, unguarded");
}

function withoutUndefined({ address, tls }: HoldMessage["gobgp"]): Parameters<typeof openSpeaker>[0] {
  if (tls === undefined) return { address };
  return { address, tls: Object.fromEntries(Object.entries(tls).filter(([, file]) => file !== undefined)) };
}
