import { access, readFile, readlink } from "node:fs/promises";
import { release } from "node:os";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { DropName, KernelFacts, ModuleState, Rights } from "./facts.ts";

/** The kernel of this host: of these modules what it has, and whether it signs TCP. */
export async function readKernel(modules: readonly string[]): Promise<KernelFacts> {
  const version = release();
  const folder = `/lib/modules/${version}`;
  const [builtIn, loadable] = await Promise.all(
    ["modules.builtin", "modules.dep"].map((file) => readFile(`${folder}/${file}`, "utf8").catch(() => undefined)),
  );
  const built = await readBuild(version);
  const states = modules.map(async (name) => {
    const folderOf = `/sys/module/${name}`;
    const sys = (await there(folderOf)) ? { loaded: await there(`${folderOf}/initstate`) } : undefined;
    return [name, moduleState(name, { sys, builtIn, loadable, built })] as const;
  });
  return {
    release: version,
    modules: Object.fromEntries(await Promise.all(states)),
    md5: await signsTcp(built),
    drops: dropsIn(await readFile("/proc/net/netstat", "utf8").catch(() => "")),
  };
}

/** What is known of a kernel's modules; undefined: that source is not there. */
interface ModuleSources {
  /** Its folder below /sys/module, which one that is built in has too, where it has parameters. */
  readonly sys: { readonly loaded: boolean } | undefined;
  /** A file on each line. */
  readonly builtIn: string | undefined;
  /** A file before each colon: `kernel/drivers/net/dummy.ko.xz: ...`. */
  readonly loadable: string | undefined;
  /** The kernel's configuration. */
  readonly built: string | undefined;
}

export function moduleState(name: string, { sys, builtIn, loadable, built }: ModuleSources): ModuleState {
  const file = (end: string) => new RegExp(`(?:^|/)${name.replaceAll("_", "[-_]")}\\.ko(?:\\.\\w+)?${end}`, "m");
  if (sys?.loaded === true) return "loaded";
  if (sys !== undefined || (builtIn !== undefined && file("$").test(builtIn))) return "built in";
  if (loadable !== undefined) return file(":").test(loadable) ? "loadable" : "missing";
  const option = built === undefined ? "m" : optionOf(built, `CONFIG_${name.toUpperCase()}`);
  return option === "y" ? "built in" : option === "m" ? "unknown" : "missing";
}

/** The kernel's configuration, wherever it lies. */
async function readBuild(version: string): Promise<string | undefined> {
  const packed = await readFile("/proc/config.gz").catch(() => undefined);
  if (packed !== undefined) return (await promisify(gunzip)(packed)).toString();
  for (const path of [`/boot/config-${version}`, `/lib/modules/${version}/config`]) {
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** `y`, `m`, or undefined for an option that is not set. */
function optionOf(built: string, option: string): string | undefined {
  return new RegExp(`^${option}=(.*)$`, "m").exec(built)?.[1];
}

/** By the kernel's configuration where it is to be had, else by its symbols, which are there for everybody (addresses are not). */
async function signsTcp(built: string | undefined): Promise<boolean | undefined> {
  if (built !== undefined) return optionOf(built, "CONFIG_TCP_MD5SIG") === "y";
  const symbols = await readFile("/proc/kallsyms", "utf8").catch(() => "");
  return symbols === "" ? undefined : / tcp_md5_do_add$/m.test(symbols);
}

const DROPS: readonly DropName[] = ["TCPMD5Failure", "TCPMD5NotFound", "TCPMD5Unexpected", "TCPMinTTLDrop"];

/** Out of /proc/net/netstat: after the word of a group a line of names, and then one of numbers. */
export function dropsIn(netstat: string): KernelFacts["drops"] {
  const [names = [], numbers = []] = [...netstat.matchAll(/^TcpExt: (.*)$/gm)].map(([, row = ""]) => row.split(" "));
  const found = DROPS.map((name) => [name, Number(numbers[names.indexOf(name)])] as const);
  return Object.fromEntries(found.filter(([, count]) => Number.isInteger(count)));
}

/** What a process may; undefined: this user may not see it. */
export async function readRights(pid: number | "self", whose: string): Promise<Rights | undefined> {
  const text = await readFile(`/proc/${pid}/status`, "utf8").catch(() => undefined);
  const map = await readFile(`/proc/${pid}/uid_map`, "utf8").catch(() => undefined);
  const value = (key: string) => new RegExp(`^${key}:\\s*(.*)$`, "m").exec(text ?? "")?.[1] ?? "";
  if (text === undefined || map === undefined) return undefined;
  const ids = `${value("Gid")} ${value("Groups")}`;
  return {
    whose,
    capabilities: BigInt(`0x${value("CapEff") || "0"}`),
    groups: ids.split(/\s+/).filter(Boolean).map(Number),
    userNamespace: !/^\s*0\s+0\s+4294967295\s*$/.test(map),
    systemd: await there("/run/systemd/system"),
  };
}

/** The settings by their names; those that are not there are left out. */
export async function readSysctls(names: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const found = await Promise.all(
    names.map(async (name) => {
      // sysctl(8) swaps the two separators in a name.
      const path = name.replace(/[./]/g, (char) => (char === "." ? "/" : "."));
      const text = await readFile(`/proc/sys/${path}`, "utf8").catch(() => undefined);
      return text === undefined ? [] : [[name, text.trim().replace(/\s+/g, " ")] as const];
    }),
  );
  return Object.fromEntries(found.flat());
}

async function there(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () =>
      readlink(path).then(
        () => true,
        () => false,
      ),
  );
}
