import assert from "node:assert/strict";
import type { Host } from "./host.ts";
import { until } from "./patience.ts";
import type { RouterMark } from "./router.ts";
import type { Topology } from "./topology.ts";

/** One part of the story: something breaks or is done, and what must follow is looked at. Throws where it does not follow. */
export interface Act {
  readonly title: string;
  play(stage: Stage): Promise<void>;
}

/** What an act plays on: the lab, and sentences that are both told and proven. */
export class Stage {
  readonly lab: Topology;
  /** Tells a step that has been done or has held. */
  readonly say: (step: string) => void;

  constructor(lab: Topology, say: (step: string) => void) {
    this.lab = lab;
    this.say = say;
  }

  host(index: number): Host {
    const host = this.lab.hosts[index];
    assert.ok(host, `the lab has no host number ${index + 1}`);
    return host;
  }

  allBut(host: Host): readonly Host[] {
    return this.lab.hosts.filter((other) => other !== host);
  }

  /** `h2 withdrawn` for each VIP. */
  everyVip(host: Host, kind: string): readonly string[] {
    return this.lab.site.vips.map((vip) => `${host.name} ${kind} ${vip}/${vip.includes(":") ? 128 : 32}`);
  }

  /** What became of routes at the router since the mark: `h2 withdrawn 203.0.113.10/32`, in order. */
  heard(since: RouterMark): readonly string[] {
    const routes = this.lab.router.events(since).filter((event) => event.kind !== "session");
    return routes.map((event) => `${event.host} ${event.kind} ${event.prefix}`);
  }

  /** The router has heard exactly this since the mark, from anybody, in any order; and no UPDATE beyond those that say it. */
  async routerHeardOnly(expected: readonly string[], since: RouterMark): Promise<void> {
    const heard = () => this.heard(since).toSorted();
    await until("the router has heard it", () => heard().length >= expected.length, { seen: heard });
    assert.deepEqual(heard(), expected.toSorted(), "what the router heard");
    const updates = (await this.lab.router.updates(since)).length;
    // One UPDATE carries routes of one family, and the lab has one VIP of each. What is lost with a session needs none.
    const needed = expected.filter((line) => !line.includes(" lost ")).length;
    assert.equal(updates, needed, "UPDATEs that the router received");
  }

  /** The next requests are all answered, and by these hosts only. */
  async onlyServedBy(hosts: readonly Host[], count = 12): Promise<void> {
    const names = hosts.map((host) => host.name);
    const strays = (await this.lab.client.next(count)).filter((request) => !names.includes(request.host ?? ""));
    assert.deepEqual(strays, [], `requests that ${names.join(", ")} did not answer`);
  }

  /** The host is among those that answer. */
  async servedBy(host: Host): Promise<void> {
    const since = this.lab.client.mark();
    await until(
      `${host.name} answers requests`,
      () => this.lab.client.requests(since).some((request) => request.host === host.name),
      { seconds: 60 },
    );
  }

  /** The host's controller says in its metrics that each VIP is advertised, or that none is. */
  async metricsSay(host: Host, advertised: boolean): Promise<void> {
    const wanted = advertised ? 1 : 0;
    await until(
      `the metrics of ${host.name} say ${wanted} for each VIP`,
      () => {
        if (host.controller.fault !== undefined) throw new Error(host.controller.fault);
        const gauges = this.lab.client.advertised(host.name);
        return gauges !== undefined && this.lab.site.vips.every((vip) => gauges[vip] === wanted);
      },
      { seen: () => this.lab.client.advertised(host.name) ?? "no answer" },
    );
  }
}
