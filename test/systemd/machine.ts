import { chmod, mkdir, writeFile } from "node:fs/promises";
import { run } from "../../lab/command.ts";
import { Ground } from "../../lab/ground.ts";
import { hostConfig } from "../../lab/host-config.ts";
import { SLOW } from "../../lab/patience.ts";
import { documentedCommands } from "../../lab/units.ts";
import { Unit } from "./unit.ts";

const CONFIG = "/etc/bgp-lb/config.json";
const DRAFT = "/run/bgp-lb-test-config.json";

/** A host with systemd whose operator follows docs/systemd.md to the letter; the lab's runner has done the commands of npm. */
export class Machine {
  readonly ground: Ground;
  readonly controller = new Unit("bgp-lb");
  readonly guard = new Unit("bgp-lb-guard");
  readonly gobgpd = new Unit("gobgpd");

  private constructor(ground: Ground) {
    this.ground = ground;
  }

  static async start(): Promise<Machine> {
    return new Machine(await Ground.start());
  }

  /** Runs the documented commands up to the one that starts the units, or with it; answers what they said. */
  async install(and: "start" | "no start"): Promise<string> {
    await this.#provideEditor();
    let said = "";
    for (const command of documentedCommands().filter((line) => !line.startsWith("npm "))) {
      if (and === "no start" && command.startsWith("systemctl ")) continue;
      said += await run(["sh", "-euc", command]);
    }
    return said;
  }

  /** The config that the operator types: these VIPs, and a lease that outlives a start of the controller under emulation. */
  config({ vips = this.ground.site.vips, lease = `${20 * SLOW}s` } = {}): string {
    const config = hostConfig({ ...this.ground.site, vips }, this.ground.host) as object;
    return JSON.stringify({ ...config, lease }, undefined, 2);
  }

  /** Writes into the config file, as an editor does: owner and mode stay. */
  async edit(config: string): Promise<void> {
    await writeFile(CONFIG, config);
  }

  /** The IPVS table, one line for each virtual service and real server. */
  async ipvs(): Promise<readonly string[]> {
    return (await run(["ipvsadm", "-Sn"])).split("\n").filter(Boolean);
  }

  /** The links of the host but the ground's own. */
  async links(): Promise<readonly string[]> {
    const links = JSON.parse(await run(["ip", "-json", "link"])) as readonly { readonly ifname: string }[];
    return links.map((link) => link.ifname).filter((name) => name !== "lo" && name !== "eth0");
  }

  /** Ends what runs, in order, and takes the units away. */
  async remove(): Promise<string> {
    return run(["/opt/bgp-lb/lib/node_modules/bgp-lb/packaging/systemd/install", "--remove"]);
  }

  async stop(): Promise<void> {
    await this.ground.stop();
  }

  /** An `editor` whose user types this machine's config and saves it. */
  async #provideEditor(): Promise<void> {
    await writeFile(DRAFT, this.config());
    await mkdir("/usr/local/bin", { recursive: true });
    await writeFile("/usr/local/bin/editor", `#!/bin/sh\ncat ${DRAFT} > "$1"\n`);
    await chmod("/usr/local/bin/editor", 0o755);
  }
}
