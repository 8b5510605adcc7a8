import { Guard } from "../../src/daemon/guard.ts";
import type { HoldMessage } from "../../src/daemon/guard-protocol.ts";
import { Lines, readToGuard, writeMessage } from "../../src/daemon/guard-protocol.ts";
import type { Host } from "./host.ts";
import { Process } from "./process.ts";
import { SpeakerPort } from "./speaker-port.ts";

/** One life of the guard, which it ends only when it is killed. */
export class GuardLife {
  readonly process: Process;
  readonly #guard: Guard;

  constructor(world: Host) {
    const process = new Process("guard", world.time);
    this.process = process;
    const { open } = world.disk.for(process);
    const file = open("/var/lib/bgp-lb-guard/hold.json");
    this.#guard = new Guard({
      clock: process.clock,
      log: world.log(process),
      openSpeaker: () => {
        const speaker = new SpeakerPort(process, world.gobgpd, world.random, () => undefined, world.laws);
        speaker.start();
        return Promise.resolve(speaker);
      },
      save: (hold) => file.save(hold ?? null),
    });
    void this.#run(world, file);
  }

  async #run(world: Host, file: { load(): Promise<unknown> }): Promise<void> {
    const hold = (await file.load().catch(() => undefined)) as HoldMessage | null | undefined;
    const lines = new Lines();
    world.socket.listen({ process: this.process, hear: (text) => this.#hear(lines, text) });
    await this.#guard.resume(hold ?? undefined);
    await this.#guard.run(new AbortController().signal);
  }

  #hear(lines: Lines, text: string): string {
    let answers = "";
    for (const line of lines.take(text)) {
      const message = readToGuard(line);
      if (message !== undefined) answers += writeMessage(this.#guard.hear(message));
    }
    return answers;
  }
}
