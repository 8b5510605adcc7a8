import type { Output } from "../../src/dataplane/command.ts";
import type { Call } from "./fake-command.ts";

const MODULES = ["rr", "wrr", "lc", "wlc", "sh", "mh"];
const FORWARDING: Readonly<Record<string, string>> = { "-m": "Masq", "-g": "Route", "-i": "Tunnel" };

interface Service {
  scheduler: string;
  readonly servers: Map<string, string>;
}

/** Ends the program at once, as ipvsadm does for words that it does not understand. */
class Usage extends Error {}

/** A small model of ipvsadm 1.31 over a kernel's table: IPv4, no flags. It refuses what it does not know. */
export class FakeIpvsadm {
  readonly services = new Map<string, Service>();

  readonly answer = ({ argv, stdin }: Call): Partial<Output> => {
    if (argv[1] !== "-R") return this.#single(argv.slice(1));
    let stderr = "";
    try {
      let last = "";
      for (const line of stdin.split("\n").filter((text) => text !== "")) {
        last = this.#one(line.split(" "));
        stderr += last;
      }
      return { code: last === "" ? 0 : 255, stderr };
    } catch (error) {
      if (!(error instanceof Usage)) throw error;
      return { code: 2, stderr: `${stderr}${error.message}\n` };
    }
  };

  /** As /proc/net/ip_vs shows it. */
  proc(): string {
    let text = "IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n";
    text += "  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n";
    for (const [name, { scheduler, servers }] of this.services) {
      text += `TCP  ${hex(name)} ${scheduler}  \n`;
      for (const [server, rest] of servers) text += `  -> ${hex(server)}      ${rest}      0          0         \n`;
    }
    return text;
  }

  #single(words: readonly string[]): Partial<Output> {
    try {
      const stderr = this.#one(words);
      return { code: stderr === "" ? 0 : 255, stderr };
    } catch (error) {
      if (!(error instanceof Usage)) throw error;
      return { code: 2, stderr: `${error.message}\n` };
    }
  }

  #one(words: readonly string[]): string {
    const [command, protocol, name = ""] = words;
    if (protocol !== "-t") throw new Error(`the fake has no ${protocol}`);
    const option = (key: string): string | undefined =>
      words.includes(key) ? words[words.indexOf(key) + 1] : undefined;
    const scheduler = option("-s") ?? "wlc";
    const server = option("-r") ?? "";
    const rest = `${FORWARDING[words.find((word) => word in FORWARDING) ?? ""]} ${option("-w") ?? 1}`;
    const service = this.services.get(name);
    if (option("-b") !== undefined) throw new Usage(`incompatible scheduler flag \`${option("-b")}'`);
    switch (command) {
      case "-A":
        if (service !== undefined) return "Service already exists\n";
        if (!MODULES.includes(scheduler)) return "Scheduler or persistence engine not found\n";
        this.services.set(name, { scheduler, servers: new Map() });
        return "";
      case "-E":
        if (service === undefined) return "No such service\n";
        if (!MODULES.includes(scheduler)) return "Scheduler or persistence engine not found\n";
        service.scheduler = scheduler;
        return "";
      case "-D":
        return this.services.delete(name) ? "" : "No such service\n";
      case "-a":
        if (service === undefined) return "Service not defined\n";
        if (service.servers.has(server)) return "Destination already exists\n";
        service.servers.set(server, rest);
        return "";
      case "-e":
        if (service === undefined) return "Service not defined\n";
        if (!service.servers.has(server)) return "No such destination\n";
        service.servers.set(server, rest);
        return "";
      case "-d":
        if (service === undefined) return "Service not defined\n";
        return service.servers.delete(server) ? "" : "No such destination\n";
      default:
        throw new Error(`the fake has no ${command}`);
    }
  }
}

function hex(endpoint: string): string {
  const [address = "", port] = endpoint.split(":");
  const bytes = address.split(".").map((byte) => Number(byte).toString(16).padStart(2, "0"));
  return `${bytes.join("").toUpperCase()}:${Number(port).toString(16).toUpperCase().padStart(4, "0")}`;
}
