import type { IncomingMessage, ServerResponse } from "node:http";
import { messageOf, Refused, UsageError } from "../core/errors.ts";
import { isAct, perform } from "./act.ts";
import { readAssets } from "./assets.ts";
import { ACT_WORDS, confirmation, outcome } from "./confirm.ts";
import { readForm } from "./form.ts";
import { PageError, refuseForeignHost, refuseForeignOrigin, sameToken } from "./guard.ts";
import type { Html } from "./html.ts";
import { impact } from "./impact.ts";
import { journal, SHOWN_EVENTS } from "./journal.ts";
import { document } from "./layout.ts";
import { Live } from "./live.ts";
import { headline, overview } from "./overview.ts";
import { Pace } from "./pace.ts";
import { findService, servicePage } from "./service-page.ts";
import type { Shown } from "./snapshot.ts";
import { Snapshot } from "./snapshot.ts";
import type { PageSource } from "./source.ts";
import { readView } from "./view.ts";

/** Nothing from elsewhere, nothing inline, in nobody's frame; forms go to this page only. */
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  // Not `no-referrer`: forms would then be sent with the origin "null".
  "referrer-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cache-control": "no-store",
} as const;

/** Who may press buttons: whoever knows the text, which lies in the file. */
export interface Token {
  readonly text: string;
  readonly file: string;
}

/** Answers one request; never rejects. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** The status page: HTML made here, for browsers with and without JavaScript. */
export class Page {
  readonly #source: PageSource;
  readonly #token: Token;
  readonly #onFault: (error: unknown) => void;
  readonly #assets = readAssets();
  readonly #snapshot: Snapshot;
  readonly #live: Live;
  readonly #pace: Pace;

  /** Throws where a file of assets/ cannot be read. */
  constructor(source: PageSource, token: Token, onFault: (error: unknown) => void) {
    this.#source = source;
    this.#token = token;
    this.#onFault = onFault;
    this.#snapshot = new Snapshot(source);
    this.#live = new Live(source.clock, this.#snapshot);
    this.#pace = new Pace(source.clock);
  }

  /** `trusted`: who comes this way was let through by a file's mode, and need not type the token. */
  handler(trusted: boolean): Handler {
    return async (request, response) => {
      for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
      try {
        await this.#route(request, response, trusted);
      } catch (error) {
        this.#refuse(request, response, error);
      }
    };
  }

  stop(): void {
    this.#live.stop();
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const status = error instanceof PageError ? error.status : 500;
    if (status === 500) this.#onFault(error);
    if (response.headersSent) return void response.destroy();
    // What is left of a body that nobody reads must not be taken for the next request.
    if (!request.complete) response.setHeader("connection", "close");
    if (status === 429 || status === 503) response.setHeader("retry-after", "5");
    const text = status === 500 ? "a fault in bgp-lb itself; its log says which\n" : messageOf(error);
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(text);
  }

  async #route(request: IncomingMessage, response: ServerResponse, trusted: boolean): Promise<void> {
    const { host, options } = this.#source;
    refuseForeignHost(request, [host, ...options().hosts]);
    const url = request.url ?? "";
    if (!url.startsWith("/")) throw new PageError(400, "a request names a path here, and no whole address\n");
    const [path = "", search = ""] = url.slice(1).split("?", 2);
    const query = new URLSearchParams(search);
    if (path === "act" && request.method === "POST") return this.#act(request, response, trusted);
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", path === "act" ? "GET, HEAD, POST" : "GET, HEAD");
      throw new PageError(405, "this is read with GET\n");
    }
    if (path.startsWith("assets/")) return this.#asset(path.slice("assets/".length), request, response);
    if (!["", "service", "act", "live"].includes(path)) throw new PageError(404, "there is nothing here\n");
    if (!this.#pace.take()) throw new PageError(429, "too many requests at the moment; try again in a few seconds\n");
    if (path === "live") return this.#follow(request, response);
    const body =
      path === "" ? this.#overview(query) : path === "service" ? this.#service(query) : this.#confirm(query, trusted);
    const text = await body;
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(text);
  }

  #follow(request: IncomingMessage, response: ServerResponse): void {
    if (request.method === "HEAD") return void response.writeHead(200, { "content-type": "text/event-stream" }).end();
    if (!this.#live.follow(response)) throw new PageError(503, "too many follow this page already\n");
  }

  #asset(name: string, { headers }: IncomingMessage, response: ServerResponse): void {
    const asset = this.#assets.get(name);
    if (asset === undefined) throw new PageError(404, "there is nothing here\n");
    const about = { etag: asset.etag, "cache-control": "no-cache" };
    if (headers["if-none-match"] === asset.etag) return void response.writeHead(304, about).end();
    response
      .writeHead(200, { ...about, "content-type": asset.type, "content-length": asset.bytes.length })
      .end(asset.bytes);
  }

  async #overview(query: URLSearchParams): Promise<string> {
    const shown = this.#snapshot.take();
    const { text } = headline(shown.listing, shown.document);
    const body = overview(shown.document, shown.listing, readView(query), this.#source, this.#journal());
    return this.#frame(text, shown, body);
  }

  async #service(query: URLSearchParams): Promise<string> {
    const { history, clock, options, traffic } = this.#source;
    const name = query.get("name") ?? "";
    const shown = this.#snapshot.take();
    const service = findService(shown.document, name);
    if (service === undefined)
      throw new PageError(404, `there is no service ${JSON.stringify(name.slice(0, 64))} in the config\n`);
    const view = {
      listing: shown.listing,
      history,
      traffic: await traffic(name),
      now: clock.now(),
      buttons: options().buttons,
      journal: this.#journal([name]),
    };
    return this.#frame(`${name} ${service.verdict}`, shown, servicePage(service, view));
  }

  async #confirm(query: URLSearchParams, trusted: boolean): Promise<string> {
    this.#refuseReadOnly();
    const act = query.get("do") ?? "";
    const name = query.get("name") ?? "";
    const shown = this.#snapshot.take();
    if (!isAct(act) || findService(shown.document, name) === undefined)
      throw new PageError(404, "there is nothing here\n");
    const { foresee, traffic } = this.#source;
    const lines = impact(act, name, foresee(act, name), shown.document, await traffic(name));
    const { text, file } = this.#token;
    const body = confirmation(act, name, lines, trusted ? text : undefined, file);
    return this.#frame(`${ACT_WORDS[act]} ${name}?`, shown, body, false);
  }

  async #act(request: IncomingMessage, response: ServerResponse, trusted: boolean): Promise<void> {
    this.#refuseReadOnly();
    refuseForeignOrigin(request);
    if (!this.#pace.take()) throw new PageError(429, "too many requests at the moment; try again in a few seconds\n");
    const form = await readForm(request);
    if (!sameToken(form.get("token") ?? "", this.#token.text))
      throw new PageError(
        403,
        trusted
          ? "this page is from before a restart: load it anew\n"
          : `that is not the token in ${this.#token.file}\n`,
      );
    const act = form.get("do") ?? "";
    const name = form.get("name") ?? "";
    if (!isAct(act)) throw new PageError(400, "do: one of drain, undrain, force-up, force-down\n");
    const { status, title, lines } = await this.#done(() => perform(this.#source.actions, act, form));
    this.#snapshot.drop();
    const text = this.#frame(title, this.#snapshot.take(), outcome(title, lines, name), false);
    response.writeHead(status, { "content-type": "text/html; charset=utf-8" }).end(text);
  }

  async #done(
    act: () => ReturnType<typeof perform>,
  ): Promise<{ status: number; title: string; lines: readonly string[] }> {
    try {
      return { status: 200, title: "Done", lines: (await act()).lines };
    } catch (error) {
      if (!(error instanceof Refused) && !(error instanceof UsageError)) throw error;
      return { status: 409, title: "Refused: nothing has changed", lines: [error.message] };
    }
  }

  #journal(services?: readonly string[]): Html {
    return journal(this.#source.actions.events.read({ services, limit: SHOWN_EVENTS }));
  }

  #refuseReadOnly(): void {
    if (!this.#source.options().buttons)
      throw new PageError(403, "this page is for reading only; page.buttons in the config allows more\n");
  }

  #frame(title: string, { document: found, changes, time }: Shown, body: Html, follows = true): string {
    return document({
      title,
      host: this.#source.host,
      time,
      version: found.version,
      changes: follows ? changes : undefined,
      body,
    });
  }
}
