import type { IncomingMessage } from "node:http";

/** Bytes of bodies that are held at once for all clients together: two of the largest. */
const HELD_AT_ONCE = 80 * 1024 * 1024;

/** A request that cannot be understood; HTTP's status beside it. */
export class BadRequest extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Reads what requests bring, as much of it as fits. */
export class Bodies {
  #held = 0;

  /** The JSON in it, of at most so many bytes. Throws BadRequest, also where the client goes before it has sent all. */
  async json(request: IncomingMessage, most: number): Promise<unknown> {
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        size += chunk.length;
        this.#held += chunk.length;
        if (size > most) throw new BadRequest(413, `a request has at most ${most} bytes`);
        if (this.#held > HELD_AT_ONCE)
          throw new BadRequest(503, "too much is sent at once; try again in a few seconds");
        chunks.push(chunk);
      }
      return parsed(Buffer.concat(chunks).toString());
    } catch (error) {
      if (error instanceof BadRequest || request.complete) throw error;
      throw new BadRequest(400, "the request ended before all of it was there");
    } finally {
      this.#held -= size;
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadRequest(400, "the request is not JSON");
  }
}
