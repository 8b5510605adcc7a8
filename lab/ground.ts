import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.ts";
import { claim, DIRECTORY, remove } from "./leftover.ts";
import { Namespace } from "./namespace.ts";
import { Program } from "./program.ts";
import { Router } from "./router.ts";
import { demoSite, type Site, type Station } from "./site.ts";

/** The network namespace of this process, by the same face as one with a name. */
class OwnNamespace extends Namespace {
  override inside(argv: readonly string[]): readonly [string, ...string[]] {
    const [file = "", ...args] = argv;
    return [file, ...args];
  }

  override async ip(lines: readonly string[]): Promise<void> {
    await run(["ip", "-batch", "-"], `${lines.join("\n")}\n`);
  }
}

/**
 * One host that is this very network namespace, as it is for a supervisor that is to start things on a host (systemd, a container
 * engine), with a router beside it:
 *
 *     router (BIRD, in a namespace of its own) --- LAN --- h1 = here (a web service; gobgpd and bgp-lb are the test's)
 */
export class Ground {
  readonly site: Site = demoSite(1);
  readonly host: Station;
  readonly namespace = new OwnNamespace("h1");
  readonly router: Router;
  /** Says `h1` on the site's target port. */
  readonly service: Program;
  readonly #router = new Namespace("router");

  private constructor() {
    const [host] = this.site.hosts;
    const [station] = this.site.routers;
    if (host === undefined || station === undefined) throw new Error("the site has no host or no router");
    this.host = host;
    this.router = new Router(this.site, station, this.#router, DIRECTORY);
    this.service = new Program({
      name: `service of ${host.name}`,
      namespace: this.namespace,
      argv: ["busybox", "httpd", "-f", "-p", `[::]:${this.site.targetPort}`, "-h", this.#root],
      log: join(DIRECTORY, "h1-service.log"),
    });
  }

  /** Builds the network and starts the router and the service. Only for a namespace that is nobody else's: it gets a link eth0. */
  static async start(): Promise<Ground> {
    await claim();
    const ground = new Ground();
    try {
      await mkdir(ground.#root, { recursive: true });
      await writeFile(join(ground.#root, "index.html"), `${ground.host.name}\n`);
      await ground.#build();
      await ground.router.start();
      ground.service.start();
    } catch (error) {
      await ground.stop();
      throw error;
    }
    return ground;
  }

  /** What a client behind the router gets from a VIP's service port; throws with the client's words. */
  get(vip: string): Promise<string> {
    const host = vip.includes(":") ? `[${vip}]` : vip;
    // Not busybox, whose static resolver crashes under systemd's nsswitch.
    return this.#router.run(["curl", "-sS", "--max-time", "60", `http://${host}:${this.site.servicePort}/`]);
  }

  /** What the router made of routes since the mark, in order: `announced 203.0.113.10/32`. */
  heard(since: Parameters<Router["events"]>[0]): readonly string[] {
    const routes = this.router.events(since).filter((event) => event.kind !== "session");
    return routes.map((event) => `${event.kind} ${event.prefix}`);
  }

  async stop(): Promise<void> {
    await Promise.all([this.service.dispose(), this.router.stop()]);
    await this.namespace.ip(["link delete eth0"]).catch(() => {});
    await remove();
  }

  get #root(): string {
    return join(DIRECTORY, "h1.www");
  }

  async #build(): Promise<void> {
    const [router] = this.site.routers;
    const { ipv4Length, ipv6Length } = this.site.lan;
    await this.#router.create();
    // From here, because a namespace can be named from the outside only.
    await this.namespace.ip(["link set lo up", `link add eth0 type veth peer name lan netns ${this.#router.name}`]);
    await this.#router.ip([
      "link set lo up",
      `addr add ${router?.ipv4}/${ipv4Length} dev lan`,
      `addr add ${router?.ipv6}/${ipv6Length} dev lan nodad`,
      "link set lan up",
    ]);
    await this.namespace.ip([
      `addr add ${this.host.ipv4}/${ipv4Length} dev eth0`,
      `addr add ${this.host.ipv6}/${ipv6Length} dev eth0 nodad`,
      "link set eth0 up",
    ]);
  }
}
