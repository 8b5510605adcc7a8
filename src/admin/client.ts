import type { IncomingMessage } from "node:http";
import { request } from "node:http";
import { ControllerUnreachable, Refused, UsageError } from "../core/errors.ts";
import type { Event, EventQuery } from "../core/event.ts";
import type { Answer, PlanDocument, Request, StatusDocument, Verb } from "./api.ts";

/** Milliseconds that a controller may take. */
export interface Patience {
  /** To tell what it knows. */
  readonly read: number;
  /** To do something: a reload reads files and asks the kernel, and a drain waits for a reload. */
  readonly act: number;
}
const PATIENCE: Patience = { read: 10_000, act: 60_000 };

/** Asks the controller that listens at a socket. Throws ControllerUnreachable, Refused or UsageError, each with a line for the operator. */
export class AdminClient {
  readonly #socket: string;
  readonly #patience: Patience;

  constructor(socket: string, patience = PATIENCE) {
    this.#socket = socket;
    this.#patience = patience;
  }

  async status(): Promise<StatusDocument> {
    return (await this.#ask("GET", "/status", undefined)) as StatusDocument;
  }

  async events(query: EventQuery): Promise<readonly Event[]> {
    return ((await this.#ask("GET", `/events?${searchOf(query)}`, undefined)) as { readonly events: Event[] }).events;
  }

  /** Hands over the entries that are asked for, and each new one as it comes, with how many were lost before them; resolves when `signal` is aborted, rejects when the controller goes. */
  async follow(
    query: EventQuery,
    signal: AbortSignal,
    take: (events: readonly Event[], missed: number) => void,
  ): Promise<void> {
    const response = await this.#open("GET", `/events?${searchOf(query)}&follow=1`, "", 0, signal);
    if (response === undefined) return;
    if (response.statusCode !== 200) throw refusal(response.statusCode ?? 0, await textOf(response));
    let rest = "";
    try {
      for await (const chunk of response.setEncoding("utf8") as AsyncIterable<string>) {
        const lines = `${rest}${chunk}`.split("\n");
        rest = lines.pop() ?? "";
        const told = lines.map((line) => JSON.parse(line) as Event | { readonly missed: number });
        const missed = told.reduce((sum, one) => sum + ("missed" in one ? one.missed : 0), 0);
        if (told.length > 0)
          take(
            told.filter((one): one is Event => "id" in one),
            missed,
          );
      }
    } catch (error) {
      if (!signal.aborted) throw this.#unreachable(error as NodeJS.ErrnoException);
    }
    if (!signal.aborted) throw this.#unreachable(new Error("it has gone"));
  }

  async ask<V extends Verb>(verb: V, body: Request<V>): Promise<Answer> {
    return (await this.#ask("POST", `/${verb}`, body)) as Answer;
  }

  /** What the controller would do with this config. */
  async plan(body: Request<"plan">): Promise<PlanDocument> {
    return (await this.#ask("POST", "/plan", body)) as PlanDocument;
  }

  async #ask(method: "GET" | "POST", path: string, body: unknown): Promise<unknown> {
    const patience = method === "GET" ? this.#patience.read : this.#patience.act;
    const response = await this.#open(method, path, body === undefined ? "" : JSON.stringify(body), patience);
    const text =
      response === undefined ? "" : await textOf(response).catch((error) => Promise.reject(this.#unreachable(error)));
    const answer = parse(text);
    if (response?.statusCode === 200 && answer !== undefined) return answer;
    throw refusal(response?.statusCode ?? 0, text);
  }

  /** The answer, whose body is still to be read; undefined: `signal` was aborted before it came. `patience` in milliseconds; 0: without end. */
  #open(
    method: string,
    path: string,
    body: string,
    patience: number,
    signal?: AbortSignal,
  ): Promise<IncomingMessage | undefined> {
    return new Promise((resolve, reject) => {
      const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
      const options = { socketPath: this.#socket, method, path, headers, timeout: patience, ...(signal && { signal }) };
      const sent = request(options, resolve);
      // What it has not read yet it may still read, and do.
      const late = method === "GET" ? "" : "; should it go on, it may still do this: see bgp-lb status";
      sent.on("timeout", () => sent.destroy(new Error(`no answer within ${patience / 1000} s${late}`)));
      sent.on("error", (error) => (signal?.aborted === true ? resolve(undefined) : reject(this.#unreachable(error))));
      sent.end(body);
    });
  }

  #unreachable(error: NodeJS.ErrnoException): ControllerUnreachable {
    const at = `the controller cannot be asked at ${this.#socket}`;
    switch (error.code) {
      case "ENOENT":
        return new ControllerUnreachable(
          `${at}: there is no such socket; is bgp-lb running here? -state-dir or -admin-socket tells where`,
          true,
        );
      case "ECONNREFUSED":
        return new ControllerUnreachable(`${at}: nobody listens there any more; is bgp-lb running?`, true);
      case "EACCES":
      case "EPERM":
        return new ControllerUnreachable(
          `${at}: this user may not; root may, and the group that the controller's -admin-group names`,
        );
      default:
        return new ControllerUnreachable(`${at}: ${error.message}`);
    }
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8") as AsyncIterable<string>) text += chunk;
  return text;
}

/** What an answer that is no yes says. */
function refusal(status: number, text: string): Error {
  const error = (parse(text) as { readonly error?: unknown } | undefined)?.error;
  const message = typeof error === "string" ? error : `it answered ${status} and nothing that can be read`;
  if (status === 409) return new Refused(message);
  if (status >= 400 && status < 500) return new UsageError(message);
  return new Error(`the controller failed: ${message}`);
}

function searchOf({ since, after, services, limit }: EventQuery): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries({ since, after, limit }))
    if (value !== undefined) search.set(name, `${value}`);
  for (const name of services ?? []) search.append("service", name);
  return search;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
