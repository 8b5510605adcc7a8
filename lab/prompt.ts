import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { ENVIRONMENT } from "./command.ts";
import type { Host } from "./host.ts";
import type { Program } from "./program.ts";
import type { Topology } from "./topology.ts";

/** What to try while the lab is up. The same commands work from another terminal: `ip netns exec bgp-lb-lab-h1 ...`. */
function hints(lab: Topology): readonly string[] {
  const [vip4 = "", vip6 = vip4] = lab.site.vips;
  const rows = [
    ["h1 ipvsadm -Ln --stats", "IPVS on h1"],
    ["h1 ip addr show web", "the VIPs on their dummy link"],
    ["h1 gobgp neighbor", "its BGP session"],
    ["h1 gobgp global rib -a ipv6", "its paths"],
    [`router ip route show ${vip4}`, "the ECMP route"],
    ["birdc show route all", "the router's view"],
    [`client curl -s http://${vip4}/`, "a request"],
    [`client curl -s http://[${vip6}]/`, "the same by IPv6"],
    ["kill h1 service", "or gobgpd, controller (kill -9)"],
    ["stop h1 controller", "SIGTERM: a clean leave"],
    ["start h1 service", "or controller"],
    ["log h1 controller", "its last lines"],
  ];
  return [
    "The lab is up. Write where (h1, h2, h3, router, client) and a command. Try:",
    ...rows.map(([command = "", meaning = ""]) => `  ${command.padEnd(42)} ${meaning}`),
    ...(process.env["IN_GUEST"] === undefined
      ? [`From another terminal: ip netns exec ${lab.router.namespace.name} ip route`]
      : []),
    "q, Ctrl-D or Ctrl-C ends it and removes everything.",
  ];
}

/** Takes commands until q, the end of the input, or the signal. Where stdin is no terminal to read from it just waits for the signal. */
export async function prompt(lab: Topology, signal: AbortSignal, input: Readable = process.stdin): Promise<void> {
  for (const line of hints(lab)) console.log(line);
  if (input === process.stdin && process.stdin.isTTY !== true) {
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    return;
  }
  const output = input === process.stdin ? { output: process.stdout } : {};
  const lines = createInterface({ input, ...output, prompt: "lab> " });
  signal.addEventListener("abort", () => lines.close(), { once: true });
  // In its raw mode the terminal sends no signal: readline reads Ctrl-C as a key.
  lines.on("SIGINT", () => lines.close());
  lines.prompt();
  for await (const line of lines) {
    const words = line.trim().split(/\s+/).filter(Boolean);
    if (words[0] === "q" || words[0] === "quit" || words[0] === "exit") break;
    if (words.length > 0) {
      lines.pause();
      await obey(lab, words).catch((error: unknown) => console.log(error instanceof Error ? error.message : error));
    }
    if (signal.aborted) break;
    lines.prompt();
  }
  lines.close();
}

async function obey(lab: Topology, words: readonly string[]): Promise<void> {
  const [first = "", second = "", third = ""] = words;
  if (["kill", "stop", "start", "log"].includes(first)) return change(lab, first, second, third);
  // Which control socket it is, nobody wants to type.
  if (first === "birdc") return obey(lab, ["router", "birdc", "-s", lab.router.socket, ...words.slice(1)]);
  const namespaces = [...lab.hosts, lab.client].map((one) => one.namespace).concat(lab.router.namespace);
  const namespace = namespaces.find((one) => one.name.endsWith(`-${first}`));
  if (namespace === undefined || words.length < 2) {
    for (const line of hints(lab)) console.log(line);
    return;
  }
  const [file, ...args] = namespace.inside(words.slice(1));
  await new Promise<void>((resolve) => {
    const child = spawn(file, args, { stdio: ["ignore", "inherit", "inherit"], env: ENVIRONMENT });
    child.on("error", (error) => {
      console.log(error.message);
      resolve();
    });
    child.on("exit", () => resolve());
  });
}

async function change(lab: Topology, verb: string, hostName: string, programName: string): Promise<void> {
  const host = lab.hosts.find((one) => one.name === hostName);
  const program = host && programOf(host, programName);
  if (program === undefined) console.log(`${verb} HOST service|gobgpd|controller`);
  else if (verb === "kill") await (program.name.startsWith("gobgpd") ? program.kill() : program.stop("SIGKILL"));
  else if (verb === "stop") console.log(await program.stop("SIGTERM"));
  else if (verb === "start") program.start();
  else console.log(readable(program.lastWords(20)));
}

/** The controller's JSON lines as time, level and message; other lines as they are. */
function readable(log: string): string {
  return log.replace(/^\{.*\}$/gm, (line) => {
    const { time, level, msg } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    return typeof msg === "string" ? `${String(time).slice(11, 23)} ${String(level)} ${msg}` : line;
  });
}

function programOf(host: Host, name: string): Program | undefined {
  return { service: host.service, gobgpd: host.gobgpd, controller: host.controller }[name];
}
