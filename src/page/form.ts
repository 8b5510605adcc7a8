import type { IncomingMessage } from "node:http";
import { bytesOf } from "../admin/body.ts";
import { PageError } from "./guard.ts";

/** Bytes of a form; the longest reason fits many times. */
const LARGEST = 8_192;

/** Reads what a form sent. Throws PageError. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  if (request.headers["content-type"]?.split(";")[0] !== "application/x-www-form-urlencoded")
    throw new PageError(415, "a form is sent as application/x-www-form-urlencoded\n");
  let size = 0;
  const take = (bytes: number): Error | undefined => {
    size += bytes;
    return size > LARGEST ? new PageError(413, `a form has at most ${LARGEST} bytes\n`) : undefined;
  };
  const cut = new PageError(400, "the form ended before all of it was there\n");
  return new URLSearchParams((await bytesOf(request, take, cut)).toString());
}
