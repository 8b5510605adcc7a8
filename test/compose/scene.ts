import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../lab/command.ts";
import { type Container, Pair } from "../../lab/docker/pair.ts";
import { Ground } from "../../lab/ground.ts";
import { hostConfig } from "../../lab/host-config.ts";
import { httpGet } from "../../lab/http-get.ts";
import { SLOW, until } from "../../lab/patience.ts";
import type { RouterMark } from "../../lab/router.ts";

const START: RouterMark = { events: 0, bytes: 0 };

/** A router, and beside it this network namespace as a host with a container engine: what is done there, and what the router heard of it. */
export class Scene {
  readonly ground: Ground;
  readonly pair: Pair;
  /** The host's /etc/bgp-lb. */
  readonly directory: string;
  #updates = 0;

  private constructor(ground: Ground, pair: Pair, directory: string) {
    this.ground = ground;
    this.pair = pair;
    this.directory = directory;
  }

  static async start(): Promise<Scene> {
    const directory = await mkdtemp("/run/bgp-lb-etc-");
    const ground = await Ground.start();
    try {
      const scene = new Scene(ground, await Pair.start(directory), directory);
      await scene.configure({});
      return scene;
    } catch (error) {
      await ground.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.pair.stop();
    await this.ground.stop();
    await rm(this.directory, { recursive: true });
  }

  /** Writes the config: the demo's; by default, as in config-example.json, with a gobgpd that does not listen. */
  async configure({ listenPort = -1, prefixLength = 32, ping = false }): Promise<void> {
    const config = hostConfig(this.ground.site, this.ground.host) as DemoConfig;
    config.bgp.local.listenPort = listenPort;
    if (prefixLength < 32) config.services[0].vips = this.vips.with(0, `${this.vips[0]}/${prefixLength}`);
    if (ping) config.services[0].healthchecks = [{ kind: "ping", addresses: ["127.0.0.1"] }];
    await writeFile(join(this.directory, "config.json"), `${JSON.stringify(config, undefined, 2)}\n`);
  }

  get vips(): readonly string[] {
    return this.ground.site.vips;
  }

  mark(): Promise<RouterMark> {
    return this.ground.router.mark();
  }

  /** `withdrawn 203.0.113.10/32` for each VIP. */
  everyVip(kind: string): readonly string[] {
    return this.vips.map((vip) => `${kind} ${vip}/${vip.includes(":") ? 128 : 32}`);
  }

  /**
   * The router hears exactly this about routes since the mark, in this order for each kind, and gets no UPDATE beyond those that say it:
   * one for each VIP, because each is of another family, and none for what is lost with the session.
   */
  async hears(kinds: readonly string[], since: RouterMark): Promise<void> {
    const expected = kinds.flatMap((kind) => this.everyVip(kind).toSorted());
    const heard = () => this.ground.heard(since);
    await until("the router has heard it", () => heard().length >= expected.length, { seconds: 60, seen: heard });
    // The two VIPs of one action come in any order.
    const [one, all] = [this.vips.length, heard()];
    const inOrder = all.flatMap((_, at) => (at % one === 0 ? all.slice(at, at + one).toSorted() : []));
    assert.deepEqual(inOrder, expected, "what the router heard");
    const needed = expected.filter((line) => !line.startsWith("lost ")).length;
    assert.equal((await this.ground.router.updates(since)).length, needed, "UPDATEs that the router received");
    this.#updates += needed;
  }

  /** Over all that was done: not one UPDATE came later than where it was looked for. */
  async heardNothingElse(): Promise<void> {
    assert.equal((await this.ground.router.updates(START)).length, this.#updates, "UPDATEs from the beginning");
  }

  /** The controller says that every VIP is with the peer. */
  async works(): Promise<void> {
    let seen: unknown;
    await until(
      "the controller's metrics say that all is announced",
      async () => {
        const text = await httpGet({ host: "127.0.0.1", port: 8081 }, "/metrics", 3000 * SLOW).catch(String);
        const values = [...text.matchAll(/^bgp_lb_path_advertisement\{.*\} (\S+)$/gm)].map(([, value]) => value);
        seen = values.length > 0 ? values : text.slice(0, 200);
        if (values.length === this.vips.length && values.every((value) => value === "1")) return true;
        // Under emulation each look costs what is looked at a good part of its time.
        await sleep(30 * SLOW);
        return false;
      },
      { seconds: 60, seen: () => seen },
    );
  }

  /** The host is as it was before: no link and no IPVS entry of ours. */
  async hostIsBare(): Promise<void> {
    const links = JSON.parse(await run(["ip", "-json", "link"])) as readonly { readonly ifname: string }[];
    assert.deepEqual(links.map(({ ifname }) => ifname).toSorted(), ["eth0", "lo"]);
    assert.equal(await run(["ipvsadm", "-Sn"]), "");
  }

  /** Waits for a line of a container that holds all of these words, and answers it. */
  async line(container: string, ...words: readonly string[]): Promise<string> {
    let lines: readonly string[] = [];
    return until(
      `a line of ${container} holds ${words.join(", ")}`,
      async () => {
        lines = await this.pair.logs(container);
        const found = lines.find((line) => words.every((word) => line.includes(word)));
        if (found === undefined) await sleep(30 * SLOW);
        return found;
      },
      { seconds: 12, seen: () => lines.slice(-5) },
    );
  }

  /** Starts a container that is as `model` but for what `change` says; the model's own one must not run. Answers its name. */
  async startAnother(name: string, model: Container, change: HostChange): Promise<string> {
    const { Config, HostConfig } = model;
    const body = { ...Config, HostConfig: { ...HostConfig, ...change } };
    await this.pair.engine.ask("POST", `/containers/create?name=${name}`, body);
    await this.pair.engine.ask("POST", `/containers/${name}/start`);
    return name;
  }

  async remove(name: string): Promise<void> {
    await this.pair.engine.ask("POST", `/containers/${name}/stop?t=60`);
    await this.pair.engine.ask("DELETE", `/containers/${name}?force=1`);
  }
}

interface DemoConfig {
  readonly bgp: { readonly local: { listenPort: number } };
  readonly services: readonly [{ vips: readonly string[]; healthchecks: readonly unknown[] }];
}

export interface HostChange {
  readonly CapAdd?: readonly string[];
  readonly GroupAdd?: readonly string[];
  readonly Binds?: readonly string[];
  readonly Mounts?: readonly never[];
}
