import { request } from "node:http";
import { connect } from "node:net";
import type { TestContext } from "node:test";
import type { AdminActions, StatusDocument, ToldAnnouncement } from "../../src/admin/api.ts";
import type { Prefix } from "../../src/core/address.ts";
import type { Event } from "../../src/core/event.ts";
import { concerns } from "../../src/core/event.ts";
import { History } from "../../src/core/history.ts";
import type { WordImpact } from "../../src/core/outlook.ts";
import type { ServerLoad } from "../../src/core/ports.ts";
import { systemClock } from "../../src/daemon/clock.ts";
import { Page } from "../../src/page/page.ts";
import { PageServer } from "../../src/page/page-server.ts";
import { HOST, ip } from "../support/world.ts";

export const TOKEN = "a-token-of-the-test";
const PEER = ip("10.88.0.253");

export function announcement(
  prefix: string,
  services: readonly string[],
  over: Partial<ToldAnnouncement> = {},
): ToldAnnouncement {
  const peers = [{ address: PEER, state: "proven" as const, reason: "" }];
  return {
    prefix: prefix as Prefix,
    nextHop: HOST,
    services,
    state: "proven",
    reason: "its checks pass",
    peers,
    ...over,
  };
}

export function status(over: Partial<StatusDocument> = {}): StatusDocument {
  return {
    version: "1",
    pid: 1,
    config: "/etc/bgp-lb/config.json",
    ready: true,
    line: "serving",
    services: [{ name: "web", verdict: "up", reason: "http passes", checks: [] }],
    announcements: [announcement("10.88.2.1/32", ["web"])],
    peers: [{ address: PEER, as: 65512, port: 179, session: "established" }],
    speakerUp: true,
    speakerApi: "127.0.0.1:50051",
    conflicts: [],
    failing: {},
    left: [],
    troubles: {},
    virtualServices: [],
    lease: { state: "guarded", termSeconds: 5 },
    reload: { at: "2026-01-02T03:04:05Z" },
    ...over,
  };
}

/** The real page over TCP, before actions that note what they are asked. */
export async function stage(
  t: TestContext,
  options: { buttons?: boolean; hosts?: string[]; trusted?: boolean; patience?: number } = {},
) {
  const asked: unknown[] = [];
  const act = (body: unknown) => {
    asked.push(body);
    return Promise.resolve({ lines: ["web is draining"] });
  };
  const world = {
    status: status(),
    made: 0,
    events: [] as Event[],
    traffic: undefined as readonly ServerLoad[] | undefined,
    foreseen: undefined as WordImpact | undefined,
  };
  const actions: AdminActions = {
    status: () => {
      world.made++;
      return world.status;
    },
    events: {
      read: (query) => world.events.filter((event) => concerns(event, query)),
      next: () => [],
      listen: () => () => undefined,
    },
    drain: act,
    undrain: act,
    force: act,
    reload: act,
    plan: () => Promise.reject(new Error("the page asks for no plan")),
  };
  const faults: unknown[] = [];
  const history = new History();
  const source = {
    host: "lb1",
    actions,
    history,
    // What is waited for a second at a time comes in a few milliseconds.
    clock: { now: systemClock.now, sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 50, signal) },
    time: () => "2026-01-02T03:04:05Z",
    traffic: () => Promise.resolve(world.traffic),
    foresee: () => world.foreseen,
    options: () => ({ buttons: options.buttons ?? false, hosts: options.hosts ?? [] }),
  };
  const page = new Page(source, { text: TOKEN, file: "/run/bgp-lb/page-token" }, (error) => faults.push(error));
  const { patience: ms = 5_000 } = options;
  const patience = { headersTimeout: ms, requestTimeout: ms, keepAliveTimeout: ms, unread: ms };
  const server = new PageServer(page.handler(options.trusted ?? false), (error) => faults.push(error), patience);
  await server.listen({ host: "127.0.0.1", port: 0 });
  t.after(async () => {
    page.stop();
    await server.close();
  });
  return { port: server.port, world, asked, faults, history };
}

export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly headers: NodeJS.Dict<string | string[]>;
}

/** One request, as it is given; each on a connection of its own. */
export function ask(port: number, path: string, { method = "GET", headers = {}, body = "" } = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString(),
          headers: response.headers,
        }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Bytes that no client of HTTP would send; answers all that comes back until the server ends it. */
export function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let all = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (chunk) => {
      all += chunk.toString();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(all));
  });
}
