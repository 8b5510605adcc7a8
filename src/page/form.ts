import type { IncomingMessage } from "node:http";
import { PageError } from "./guard.ts";

/** Bytes of a form; the longest reason fits many times. */
const LARGEST = 8_192;

/** Reads what a form sent. Throws PageError. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  if (request.headers["content-type"]?.split(";")[0] !== "application/x-www-form-urlencoded")
    throw new PageError(415, "a form is sent as application/x-www-form-urlencoded\n");
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > LARGEST) throw new PageError(413, `a form has at most ${LARGEST} bytes\n`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof PageError || request.complete) throw error;
    throw new PageError(400, "the form ended before all of it was there\n");
  }
  return new URLSearchParams(Buffer.concat(chunks).toString());
}
