import { chown } from "node:fs/promises";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { messageOf, Refused, UsageError } from "../core/errors.ts";
import type { AdminActions, Verb } from "./api.ts";
import { REQUESTS } from "./api.ts";
import { BadRequest, Bodies } from "./body.ts";
import { Followers, parseEventQuery } from "./events-route.ts";
import { limitsOf, PATIENCE } from "./limits.ts";
import { listening } from "./listening.ts";
import { fewAtOnce } from "./unanswered.ts";

/** Bytes of a request's body; a thousand names fit. */
const MAX_BODY = 128 * 1024;
/** Where it holds a config, every character of which may be written as an escape. */
const MAX_CONFIG = 40 * 1024 * 1024;

/** `unread`: milliseconds in which a client has to go on reading an answer that has begun. */
const LIMITS = { ...PATIENCE, unread: 30_000 };

/** The operator's way in: HTTP with JSON over a unix socket, whose mode says who may. */
export class AdminServer {
  /** Answers what is no route of the API; undefined: nobody does. */
  page: ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | undefined;
  readonly #actions: AdminActions;
  readonly #onFault: (error: unknown) => void;
  readonly #server: Server;
  readonly #unread: number;
  readonly #followers = new Followers();
  readonly #bodies = new Bodies();

  constructor(actions: AdminActions, onFault: (error: unknown) => void, { unread, ...patience } = LIMITS) {
    this.#actions = actions;
    this.#onFault = onFault;
    this.#unread = unread;
    this.#server = createServer(
      limitsOf(patience),
      fewAtOnce((request, response) => void this.#answer(request, response)),
    );
    this.#server.maxConnections = 128;
    // A client that stays must not keep this process from ending.
    this.#server.unref();
  }

  /** Listens at the path, which has to be free, for the owner and the group (0660) and nobody else, not even for a moment. Rejects with Node's error. */
  async listen(path: string, group: number | undefined): Promise<void> {
    // The mode has to be right when the socket comes to be; Node binds it before `listen` returns.
    const before = process.umask(0o117);
    let listens: Promise<void>;
    try {
      listens = listening(this.#server, { path }, this.#onFault);
    } finally {
      process.umask(before);
    }
    await listens;
    if (group !== undefined) await chown(path, -1, group);
  }

  get listening(): boolean {
    return this.#server.listening;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (this.page !== undefined && !isRoute(request)) {
        response.setTimeout(this.#unread);
        return await this.page(request, response);
      }
      refuseBrowsers(request);
      const answer = await this.#route(request, response);
      if (answer === FOLLOWED) return;
      response.setTimeout(this.#unread);
      end(response, 200, answer);
    } catch (error) {
      const status = statusOf(error);
      if (status === 500) this.#onFault(error);
      end(response, status, { error: messageOf(error) });
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const [path = "", search] = (request.url ?? "").split("?");
    const name = path.slice(1);
    if (name === "status") {
      if (request.method !== "GET") throw new BadRequest(405, "status is read with GET");
      return this.#actions.status();
    }
    if (name === "events") {
      if (request.method !== "GET") throw new BadRequest(405, "events are read with GET");
      return this.#events(new URLSearchParams(search), response);
    }
    if (!Object.hasOwn(REQUESTS, name)) throw new BadRequest(404, "there is no such route");
    if (request.method !== "POST") throw new BadRequest(405, `${name} is asked for with POST`);
    const verb = name as Verb;
    const body = await this.#bodies.json(request, verb === "plan" ? MAX_CONFIG : MAX_BODY);
    switch (verb) {
      case "drain":
        return this.#actions.drain(parse("drain", body));
      case "undrain":
        return this.#actions.undrain(parse("undrain", body));
      case "force":
        return this.#actions.force(parse("force", body));
      case "reload":
        return this.#actions.reload(parse("reload", body));
      case "plan":
        return this.#actions.plan(parse("plan", body));
    }
  }

  #events(search: URLSearchParams, response: ServerResponse): unknown {
    const { follow, ...query } = parseEventQuery(search);
    if (!follow) return { events: this.#actions.events.read(query) };
    if (!this.#followers.follow(this.#actions.events, query, response))
      throw new BadRequest(503, "too many follow the events already");
    return FOLLOWED;
  }
}

/** The answer has begun, and goes on until the client goes. */
const FOLLOWED = Symbol("followed");

function nameOf({ url = "" }: IncomingMessage): string {
  return url.split("?")[0]?.slice(1) ?? "";
}

function isRoute(request: IncomingMessage): boolean {
  const name = nameOf(request);
  return name === "status" || name === "events" || Object.hasOwn(REQUESTS, name);
}

/** A socket that is forwarded to somebody's desk is in reach of each page in their browser, and those may ask for nothing here. */
function refuseBrowsers({ headers, headersDistinct }: IncomingMessage): void {
  if (headers.origin !== undefined || headers["sec-fetch-site"] !== undefined)
    throw new BadRequest(403, "this is for programs; people have the page at /");
  if ((headersDistinct["host"] ?? []).length > 1) throw new BadRequest(400, "a request names one host");
  // A foreign name that points to the forwarded port makes a foreign page the same origin, and that one sends none of the above.
  if (/\.(?!\d+(?:[:.]|$))/.test(headers.host ?? "")) throw new BadRequest(421, "this is served as localhost only");
}

function parse<V extends Verb>(verb: V, body: unknown): ReturnType<(typeof REQUESTS)[V]["parse"]> {
  const parsed = REQUESTS[verb].safeParse(body);
  if (parsed.success) return parsed.data as ReturnType<(typeof REQUESTS)[V]["parse"]>;
  const [issue] = parsed.error.issues;
  throw new BadRequest(400, `${verb}: ${issue?.path.join(".") || "the request"}: ${issue?.message}`);
}

function statusOf(error: unknown): number {
  if (error instanceof BadRequest) return error.status;
  if (error instanceof Refused) return 409;
  return error instanceof UsageError ? 422 : 500;
}

function end(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
}
