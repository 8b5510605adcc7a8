import { mkdir, open, readFile, rename, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { messageOf } from "../core/errors.ts";
import type { Event } from "../core/event.ts";
import { EVENT_KINDS } from "../core/event.ts";

/** Bytes of a segment; there are two, and the older one goes when the newer one is full. */
const SEGMENT = 2 * 1024 * 1024;

const schema = z.looseObject({
  id: z.int().min(0),
  at: z.iso.datetime(),
  kind: z.enum(EVENT_KINDS),
  services: z.array(z.string()),
  from: z.string(),
  to: z.string(),
  reason: z.string(),
});

/** Where the journal is kept between lives. */
export interface EventStore {
  /** The last so many entries, the oldest first, and a warning where a part of them is damaged. Throws where they cannot be read. */
  load(most: number): Promise<{ readonly events: readonly Event[]; readonly warning?: string }>;
  /** Throws where the disk refuses; what comes later may be written all the same. */
  append(events: readonly Event[]): Promise<void>;
}

/** Two files of lines, one entry each, in a directory; for their owner only, and of a bounded size. */
export class EventFiles implements EventStore {
  readonly #file: string;
  readonly #older: string;
  readonly #segment: number;
  /** Bytes of the newer file; undefined: to be looked up. */
  #size: number | undefined;
  /** The last line may not have its end: a write was torn. */
  #torn = false;

  constructor(directory: string, segment = SEGMENT) {
    this.#file = join(directory, "events.jsonl");
    this.#older = join(directory, "events.old.jsonl");
    this.#segment = segment;
  }

  async load(most: number): Promise<{ readonly events: readonly Event[]; readonly warning?: string }> {
    const texts = [await read(this.#older), await read(this.#file)];
    this.#torn = texts[1] !== "" && texts[1]?.endsWith("\n") === false;
    const lines = texts.flatMap((text) => text.split("\n")).filter((line) => line !== "");
    const events: Event[] = [];
    for (const line of lines) {
      const event = parse(line);
      // Numbers only grow; where they do not, two lives have written at once, or somebody has copied lines.
      if (event !== undefined && event.id > (events.at(-1)?.id ?? -1)) events.push(event);
    }
    const bad = lines.length - events.length;
    const kept = events.slice(-most);
    if (bad === 0) return { events: kept };
    return { events: kept, warning: `${this.#file}: ${bad} damaged ${bad === 1 ? "line is" : "lines are"} skipped` };
  }

  async append(events: readonly Event[]): Promise<void> {
    if (events.length === 0) return;
    const text = `${this.#torn ? "\n" : ""}${events.map((event) => `${JSON.stringify(event)}\n`).join("")}`;
    await mkdir(dirname(this.#file), { recursive: true, mode: 0o750 });
    this.#size ??= await size(this.#file);
    if (this.#size > 0 && this.#size + text.length > this.#segment) {
      await rename(this.#file, this.#older);
      this.#size = 0;
    }
    const file = await open(this.#file, "a", 0o600);
    try {
      this.#torn = true;
      await file.appendFile(text);
      this.#torn = false;
      this.#size += Buffer.byteLength(text);
    } catch (error) {
      this.#size = undefined;
      throw new Error(`${this.#file}: ${messageOf(error)}`);
    } finally {
      await file.close();
    }
  }
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

async function size(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

function parse(line: string): Event | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(line));
    return parsed.success ? (parsed.data as unknown as Event) : undefined;
  } catch {
    return undefined;
  }
}
