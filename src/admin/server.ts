import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { TLSSocket } from "node:tls";
import type { Exposition } from "./exposition.ts";
import { limitsOf, PATIENCE } from "./limits.ts";
import { listening } from "./listening.ts";
import { Passwords } from "./password.ts";
import { fewAtOnce } from "./unanswered.ts";
import type { WebConfig } from "./web-config.ts";
import { marksOf, OPEN, readWebConfig } from "./web-config.ts";

export interface ListenAddress {
  /** All interfaces where left out, as the original listens. */
  readonly host?: string | undefined;
  readonly port: number;
}

export interface MetricsServerOptions {
  readonly exposition: Exposition;
  /** Says who may ask, and how; undefined: everybody, in plain HTTP. */
  readonly webConfig?: string | undefined;
  /** The web config file cannot be used, so that what was last read goes on to count; undefined: it can. Told at each look. */
  readonly onTrouble?: (error: unknown) => void;
}

/** Scrapers come back: their connections may rest for so long. */
const LIMITS = limitsOf({ ...PATIENCE, keepAliveTimeout: 30_000 });
const IDLE_MS = 30_000;
/** Beyond so many connections those that ask nothing are closed, and beyond the second number new ones. */
const [MANY, MOST] = [48, 64];

/** Serves `/metrics` and nothing else. */
export class MetricsServer {
  readonly #options: MetricsServerOptions;
  readonly #passwords = new Passwords();
  #web: WebConfig = OPEN;
  #server: Server | TlsServer | undefined;
  #address: ListenAddress | undefined;
  #looking: Promise<void> | undefined;

  constructor(options: MetricsServerOptions) {
    this.#options = options;
  }

  /** Listens; rejects with UsageError where the web config file cannot be used, and with Node's error (EADDRINUSE, EACCES, ...) where it cannot listen. */
  async listen(address: ListenAddress): Promise<void> {
    const { webConfig } = this.#options;
    if (webConfig !== undefined) this.#web = await readWebConfig(webConfig);
    await this.#open(address);
    this.#address = { ...address, port: this.port };
  }

  /** The port that it listens on; 0 while it does not. */
  get port(): number {
    const address = this.#server?.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Takes up what has changed in the web config file and in those that it names: at once for passwords, from the next connection on for certificates. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#address = undefined;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  async #look(): Promise<void> {
    const { webConfig, onTrouble } = this.#options;
    // Between the old way and the new one somebody else may have taken the port.
    const shut = this.#address !== undefined && this.#server?.listening !== true;
    if (webConfig === undefined || (!shut && (await marksOf(this.#web.files)) === this.#web.marks)) return;
    try {
      const [before, now] = [this.#web, await readWebConfig(webConfig)];
      this.#web = now;
      const address = this.#address;
      if (shut || before.tls?.asks !== now.tls?.asks || before.tls?.demands !== now.tls?.demands) {
        await this.close();
        this.#address = address;
        if (address !== undefined) await this.#open(address);
      } else if (now.tls !== undefined) (this.#server as TlsServer | undefined)?.setSecureContext(now.tls.context);
      onTrouble?.(undefined);
    } catch (error) {
      onTrouble?.(error);
    }
  }

  #open({ host, port }: ListenAddress): Promise<void> {
    const server = this.#make();
    server.maxConnections = MOST;
    server.maxRequestsPerSocket = 1_000;
    server.timeout = IDLE_MS;
    let open = 0;
    server.on("connection", (socket) => {
      if (++open > MANY) server.closeIdleConnections();
      socket.on("close", () => open--);
    });
    this.#server = server;
    return listening(server, { port, ...(host === undefined ? {} : { host }) }, (error) =>
      this.#options.onTrouble?.(error),
    );
  }

  #make(): Server | TlsServer {
    const answer = fewAtOnce((request, response) => void this.#answer(request, response));
    const { tls } = this.#web;
    if (tls === undefined) return createServer(LIMITS, answer);
    const asked = { requestCert: tls.asks, rejectUnauthorized: tls.demands, handshakeTimeout: LIMITS.headersTimeout };
    return createTlsServer({ ...LIMITS, ...tls.context, ...asked }, answer);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const end = (status: number, body: string | Buffer, headers: Readonly<Record<string, string>> = {}) => {
      // What is sent along is not read.
      const more = status === 200 ? {} : { connection: "close" };
      const type = { "content-type": "text/plain; charset=utf-8", "content-length": Buffer.byteLength(body) };
      response.writeHead(status, { ...this.#web.headers, ...type, ...more, ...headers }).end(body);
    };
    try {
      await this.look();
      const refusal = this.#web.tls?.refusal(request.socket as TLSSocket);
      if (refusal !== undefined) return end(403, `${refusal}\n`);
      const known = await this.#isKnown(request);
      if (known === "busy") return end(503, "too many ask at once\n", { "retry-after": "1" });
      if (!known) return end(401, "a user and a password are needed\n", { "www-authenticate": 'Basic realm="bgp-lb"' });
      if (request.url?.split("?")[0] !== "/metrics") return end(404, "only /metrics is served here\n");
      if (request.method !== "GET" && request.method !== "HEAD") return end(405, "only GET\n", { allow: "GET, HEAD" });
      const zipped = /\bgzip\b(?!;\s*q=0(?:\.0*)?(?:,|$))/.test(String(request.headers["accept-encoding"] ?? ""));
      const { exposition } = this.#options;
      const encoding = zipped ? { "content-encoding": "gzip" } : {};
      const headers = { "content-type": exposition.contentType, vary: "Accept-Encoding", ...encoding };
      end(200, await exposition.text(zipped), headers);
    } catch (error) {
      this.#options.onTrouble?.(error);
      end(500, "the metrics could not be collected\n");
    }
  }

  async #isKnown({ headers }: IncomingMessage): Promise<boolean | "busy"> {
    const { users } = this.#web;
    if (users.size === 0) return true;
    const [, text = ""] = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(headers.authorization ?? "") ?? [];
    const [, user, password] = /^([^:]*):([\s\S]*)$/.exec(Buffer.from(text, "base64").toString()) ?? [];
    return user !== undefined && password !== undefined && this.#passwords.check(users, user, password);
  }
}
