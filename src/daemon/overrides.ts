import { join } from "node:path";
import { z } from "zod";
import { messageOf } from "../core/errors.ts";
import type { Override, Overrides } from "../core/override.ts";
import type { Clock } from "../core/ports.ts";
import { textOfTime, timeOfText } from "./clock.ts";
import type { Disk } from "./ledger.ts";
import { systemDisk } from "./ledger.ts";

const said = {
  service: z.string(),
  by: z.string(),
  reason: z.string(),
  since: z.iso.datetime(),
  until: z.iso.datetime().optional(),
};
const drain = z.strictObject({
  ...said,
  word: z.literal("drain"),
  regardless: z.boolean(),
  /** Connections that were left when it ended. */
  left: z.number().optional(),
  result: z.enum(["quiet", "deadline", "not announced"]).optional(),
});
const force = z.strictObject({ ...said, word: z.enum(["up", "down"]) });
const schema = z.strictObject({
  version: z.literal(1),
  overrides: z.array(z.discriminatedUnion("word", [drain, force])),
});
type Saved = z.output<typeof schema>["overrides"][number];

/** The operator's words on disk, so that a restart in the middle of a drain does not announce anew. */
export class OverrideStore {
  readonly #state: ReturnType<Disk["open"]>;
  readonly #clock: Clock;

  constructor(directory: string, clock: Clock, disk = systemDisk) {
    this.#state = disk.open(join(directory, "overrides.json"));
    this.#clock = clock;
  }

  /** What an earlier process left, and a warning where the file cannot be used: then nothing is overridden. */
  async load(): Promise<{ readonly overrides: Overrides; readonly warning?: string }> {
    const lost = (why: string) => ({
      overrides: new Map(),
      warning: `${this.#state.path} ${why}: drains and forced services are forgotten; say them again`,
    });
    let value: unknown;
    try {
      value = await this.#state.load();
    } catch (error) {
      return lost(messageOf(error));
    }
    if (value === undefined) return { overrides: new Map() };
    const parsed = schema.safeParse(value);
    if (!parsed.success) return lost("is of another version");
    return { overrides: new Map(parsed.data.overrides.map((one) => [one.service, restored(one, this.#clock.now())])) };
  }

  /** As StateFile.save does it; what is only measured is not kept. */
  save(overrides: Overrides): Promise<void> {
    return this.#state.save({ version: 1, overrides: [...overrides].map(([service, one]) => saved(service, one)) });
  }
}

function saved(service: string, override: Override): Saved {
  const { by, reason, since, until, word } = override;
  const common = { service, by, reason, since, ...(until !== undefined && { until }) };
  if (word !== "drain") return { ...common, word };
  const { regardless, result, connections } = override;
  const ended = result !== undefined && { result, ...(connections !== undefined && { left: connections.active }) };
  return { ...common, word, regardless, ...ended };
}

/** Between two lives only the wall clock goes on, so what is left until the deadline is told by it. */
function restored(one: Saved, now: number): Override {
  const { by, reason, since, until } = one;
  const deadline = until === undefined ? Number.POSITIVE_INFINITY : now + untilThen(since, until);
  const common = { by, reason, since, until, deadline };
  if (one.word !== "drain") return { ...common, word: one.word };
  const { regardless, result, left } = one;
  const connections = left === undefined ? undefined : { active: left, accepted: 0 };
  return { ...common, word: "drain", regardless, busyAt: now, connections, result };
}

/** Never more than it was given at first: a wall clock that was set back must not lengthen it. */
function untilThen(since: string, until: string): number {
  const end = timeOfText(until);
  return Math.max(0, Math.min(end - timeOfText(textOfTime()), end - timeOfText(since)));
}
