import type { ServerResponse } from "node:http";
import { z } from "zod";
import { UsageError } from "../core/errors.ts";
import type { Event, EventQuery } from "../core/event.ts";
import { concerns } from "../core/event.ts";

/** Entries that one answer has at most. */
const MOST = 10_000;
/** Entries that are taken at once for a client that follows; what it has not read yet is at most as much, and the socket's buffers. */
const BATCH = 200;
const MOST_FOLLOWERS = 16;

/** Where the entries come from. */
export interface EventSource {
  read(query: EventQuery): readonly Event[];
  next(after: number, most: number): readonly Event[];
  listen(listener: () => void): () => void;
}

const number = z.coerce.number({ error: "must be a number" }).int().min(0);
const schema = z.strictObject({
  since: z.iso.datetime({ error: "must be a time in UTC, as 2026-01-02T03:04:05Z" }).optional(),
  after: number.optional(),
  service: z.array(z.string().max(64)).max(100).optional(),
  limit: number.min(1).max(MOST).optional(),
  follow: z.enum(["0", "1"]).optional(),
});

/** What of the journal is asked for; throws UsageError for what cannot be understood. */
export function parseEventQuery(search: URLSearchParams): EventQuery & { readonly follow: boolean } {
  const named = search.getAll("service");
  const parsed = schema.safeParse({ ...Object.fromEntries(search), ...(named.length > 0 && { service: named }) });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UsageError(`events: ${issue?.path[0]?.toString() || "the query"}: ${issue?.message}`);
  }
  const { follow, since, service, ...rest } = parsed.data;
  // Texts of one form compare as their times do.
  const from =
    since === undefined ? undefined : since.replace(/(\.\d+)?Z$/, (_, part = "") => `${`${part}.000`.slice(0, 4)}Z`);
  return { ...rest, services: service, since: from, follow: follow === "1" };
}

/** Clients that follow the journal: each has a place in it and no queue of its own, so a slow one costs nothing and is told what it missed. */
export class Followers {
  #count = 0;

  /** Writes the entries that fit, one JSON text a line, and then each new one until the client goes. False: there are too many clients already. */
  follow(source: EventSource, query: EventQuery, response: ServerResponse): boolean {
    if (this.#count >= MOST_FOLLOWERS) return false;
    this.#count++;
    response.writeHead(200, { "content-type": "application/x-ndjson", "cache-control": "no-store" });
    response.flushHeaders();
    const { limit, ...which } = query;
    const [begin] = source.read({ ...which, limit: limit ?? MOST });
    let place = begin === undefined ? (source.read({ limit: 1 })[0]?.id ?? 0) : begin.id - 1;
    let open = true;
    const pump = () => {
      while (open) {
        const events = source.next(place, BATCH);
        const [first] = events;
        if (first === undefined) return;
        const lost = first.id - place - 1;
        place = events.at(-1)?.id ?? place;
        const lines = events.filter((event) => concerns(event, which)).map((event) => `${JSON.stringify(event)}\n`);
        const text = `${lost > 0 ? `{"missed":${lost}}\n` : ""}${lines.join("")}`;
        if (text !== "") open = response.write(text);
      }
    };
    const stop = source.listen(pump);
    response.on("drain", () => {
      open = true;
      pump();
    });
    response.on("close", () => {
      stop();
      open = false;
      this.#count--;
    });
    pump();
    return true;
  }
}
