import type { Host } from "../host.ts";
import { until } from "../patience.ts";

const PATH = "198.18.1.0/24";

/** What an administrator has on a host beside bgp-lb: an address on a link, virtual services, one of them on a VIP, and a path in gobgpd. */
export class Foreign {
  readonly #host: Host;
  readonly #vips: readonly string[];
  readonly #ipvs: readonly string[];

  constructor(host: Host, vips: readonly string[]) {
    this.#host = host;
    this.#vips = vips;
    this.#ipvs = [
      "-A -u 198.18.0.1:53 -s rr",
      `-A -t ${vips[0]}:8443 -s wlc`,
      `-a -t ${vips[0]}:8443 -r ${host.station.ipv4}:9443 -m -w 7`,
    ];
  }

  async plant(): Promise<void> {
    await this.#host.namespace.ip([
      "link add other type dummy",
      "addr add 198.18.0.1/32 dev other",
      "link set other up",
    ]);
    await this.plantServices();
    await this.plantPath();
  }

  /** Who flushes IPVS takes these too, and puts them back at once: they are not bgp-lb's to mend. */
  async plantServices(): Promise<void> {
    await this.#host.namespace.run(["ipvsadm", "-R"], `${this.#ipvs.join("\n")}\n`);
  }

  /** As its owner would after a restart of gobgpd, as soon as that takes paths: the controller has to tell it who it is first. */
  async plantPath(): Promise<void> {
    let last = "";
    const add = async () => {
      try {
        await this.#gobgp("global", "rib", "add", PATH);
        return (await this.#path()) !== "";
      } catch (error) {
        last = (error as Error).message;
        return false;
      }
    };
    await until(`gobgpd of ${this.#host.name} takes a path`, add, { seconds: 60, seen: () => last });
  }

  /** Everything on the host that is not bgp-lb's, one line each. */
  async seen(): Promise<readonly string[]> {
    const mine = (line: string) => this.#vips.some((vip) => line.includes(` ${vip}/`) || line.includes(` ${vip}:80 `));
    const theirs = (line: string) => mine(line) || this.#vips.some((vip) => line.includes(` [${vip}]:80 `));
    const addresses = (await this.#host.addresses()).map((line) => `address ${line}`);
    const ipvs = (await this.#host.ipvs()).map((line) => `ipvs ${line}`);
    return [...addresses, ...ipvs, await this.#path()].filter((line) => !theirs(`${line} `)).sort();
  }

  /** The foreign path as gobgpd has it, without its age; empty: it has none. */
  async #path(): Promise<string> {
    const answer = await this.#gobgp("--json", "global", "rib", PATH).catch(() => "");
    return answer.includes(PATH) ? `path ${PATH}` : "";
  }

  #gobgp(...words: readonly string[]): Promise<string> {
    return this.#host.namespace.run(["gobgp", ...words]);
  }
}
