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

/**
 * All that a request brings. `take` is told of the bytes of each piece, and answers the error that refuses it; `cut` is thrown where the
 * client goes before it has sent all.
 */
export async function bytesOf(
  request: IncomingMessage,
  take: (bytes: number) => Error | undefined,
  cut: Error,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let refusal: Error | undefined;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      refusal = take(chunk.length);
      if (refusal !== undefined) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw request.complete ? error : cut;
  }
  if (refusal !== undefined) throw refusal;
  return Buffer.concat(chunks);
}

/** Reads what requests bring, as much of it as fits. */
export class Bodies {
  #held = 0;

  /** The JSON in it, of at most so many bytes. Throws BadRequest, also where the client goes before it has sent all. */
  async json(request: IncomingMessage, most: number): Promise<unknown> {
    let size = 0;
    const take = (bytes: number): Error | undefined => {
      size += bytes;
      this.#held += bytes;
      if (size > most) return new BadRequest(413, `a request has at most ${most} bytes`);
      if (this.#held > HELD_AT_ONCE) return new BadRequest(503, "too much is sent at once; try again in a few seconds");
      return undefined;
    };
    const cut = new BadRequest(400, "the request ended before all of it was there");
    try {
      return parsed((await bytesOf(request, take, cut)).toString());
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
