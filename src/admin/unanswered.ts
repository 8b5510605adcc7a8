import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Requests of one connection that may wait for their answers. Browsers, scrapers and our own client send one, and read. */
const MOST = 4;

/** Ends a connection that sends on and on without waiting for answers: each of its requests would be held, and one packet can bring a thousand. */
export function fewAtOnce(answer: (request: IncomingMessage, response: ServerResponse) => unknown): RequestListener {
  const waiting = new WeakMap<Socket, number>();
  return (request, response) => {
    const { socket } = request;
    const before = waiting.get(socket) ?? 0;
    if (before >= MOST) return void socket.destroy();
    waiting.set(socket, before + 1);
    response.once("close", () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1));
    answer(request, response);
  };
}
