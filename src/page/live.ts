import type { ServerResponse } from "node:http";
import type { Clock } from "../core/ports.ts";
import type { Snapshot } from "./snapshot.ts";

/** Milliseconds between two looks, and after which a stream without news is written to, so that the end of a dead one is seen. */
const LOOK_MS = 1_000;
const SIGN_OF_LIFE_MS = 15_000;
/** Milliseconds that a client may leave unread what it was sent. */
const PATIENCE_MS = 30_000;
const MOST_STREAMS = 64;

interface Stream {
  readonly response: ServerResponse;
  /** On the clock: since when it does not read; undefined: it does. */
  blocked: number | undefined;
}

/** Tells browsers that there is something new, as server-sent events: a number, never the thing itself. A client that does not read costs its socket's buffer, and after 30 s nothing. */
export class Live {
  readonly #clock: Clock;
  readonly #snapshot: Snapshot;
  readonly #streams = new Set<Stream>();
  readonly #stopped = new AbortController();
  #running = false;
  #told = -1;
  #toldAt = 0;

  constructor(clock: Clock, snapshot: Snapshot) {
    this.#clock = clock;
    this.#snapshot = snapshot;
  }

  get count(): number {
    return this.#streams.size;
  }

  /** Writes to this client until it goes. False, and nothing is written: there are 64 already. */
  follow(response: ServerResponse): boolean {
    if (this.#streams.size >= MOST_STREAMS || this.#stopped.signal.aborted) return false;
    const stream: Stream = { response, blocked: undefined };
    this.#streams.add(stream);
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.on("close", () => this.#streams.delete(stream));
    response.on("drain", () => {
      stream.blocked = undefined;
      this.#write(stream, `data: ${this.#told}\n\n`);
    });
    const { changes } = this.#snapshot.take();
    this.#write(stream, `retry: 2000\ndata: ${changes}\n\n`);
    if (!this.#running) {
      this.#told = changes;
      this.#toldAt = this.#clock.now();
      void this.#run();
    }
    return true;
  }

  stop(): void {
    this.#stopped.abort();
    for (const { response } of this.#streams) response.destroy();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#streams.size > 0 && !this.#stopped.signal.aborted) {
      this.#look();
      await this.#clock.sleep(LOOK_MS, this.#stopped.signal);
    }
    this.#running = false;
  }

  #look(): void {
    const { changes } = this.#snapshot.take();
    const now = this.#clock.now();
    const news = changes !== this.#told;
    for (const stream of this.#streams)
      if (stream.blocked !== undefined && now - stream.blocked > PATIENCE_MS) stream.response.destroy();
    if (!news && now - this.#toldAt < SIGN_OF_LIFE_MS) return;
    this.#told = changes;
    this.#toldAt = now;
    for (const stream of this.#streams) this.#write(stream, news ? `data: ${changes}\n\n` : ":\n\n");
  }

  /** Nothing to one that does not read: of several numbers only the last counts, and that one comes when it reads again. */
  #write(stream: Stream, text: string): void {
    if (stream.blocked !== undefined) return;
    if (!stream.response.write(text)) stream.blocked = this.#clock.now();
  }
}
