import { readdir, readFile, readlink } from "node:fs/promises";
import { endianness } from "node:os";
import { basename } from "node:path";
import type { Address } from "../core/address.ts";
import { parseAddress } from "../core/address.ts";
import type { Listener } from "./facts.ts";

/** By file of /proc/net, the state of a socket that waits: TCP_LISTEN, and TCP_CLOSE for a UDP socket without a peer. */
const FILES = [
  ["tcp", "tcp", "0A"],
  ["tcp6", "tcp", "0A"],
  ["udp", "udp", "07"],
  ["udp6", "udp", "07"],
] as const;

/** `sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode` (Linux, get_tcp4_sock and its kin). */
const LINE = /^ *\d+: ([0-9A-F]+):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2}) \S+ \S+ \S+ +\d+ +\d+ (\d+) /;

interface Waiting extends Listener {
  readonly inode: string;
}

/** The sockets of this network namespace that wait for others, and who holds those on the ports that are of interest. */
export async function readListeners(ports: ReadonlySet<number>): Promise<readonly Listener[]> {
  const texts = await Promise.all(
    FILES.map(async ([file, protocol, state]) => {
      // A kernel without IPv6 lacks two of them.
      const text = await readFile(`/proc/self/net/${file}`, "utf8").catch(() => "");
      return parseListeners(text, protocol, state);
    }),
  );
  const waiting = texts.flat().filter(({ port }) => ports.has(port));
  const owners = await ownersOf(new Set(waiting.map(({ inode }) => inode)));
  return waiting.map(({ inode, ...listener }) => ({ ...listener, owner: owners.get(inode) }));
}

/** The waiting sockets in the text of one of the files. */
export function parseListeners(text: string, protocol: Listener["protocol"], state: string): readonly Waiting[] {
  return text.split("\n").flatMap((line) => {
    const [, hex = "", port = "", found, inode = ""] = LINE.exec(line) ?? [];
    const address = found === state ? addressOf(hex) : undefined;
    return address === undefined ? [] : [{ protocol, address, port: Number.parseInt(port, 16), inode }];
  });
}

/** The kernel prints words of 32 bits in the machine's own byte order. An IPv4 address on an IPv6 socket is that address. */
function addressOf(hex: string): Address | undefined {
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => {
    const pairs = (word.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
    return endianness() === "LE" ? pairs.reverse() : pairs;
  });
  if (bytes.length === 4) return parseAddress(bytes.join("."));
  const mapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (mapped) return parseAddress(bytes.slice(12).join("."));
  const groups = Array.from({ length: 8 }, (_, at) =>
    ((bytes[2 * at] ?? 0) * 256 + (bytes[2 * at + 1] ?? 0)).toString(16),
  );
  return parseAddress(groups.join(":"));
}

/** Which process has which of these sockets; of processes that this user may not look into, none. */
async function ownersOf(inodes: ReadonlySet<string>): Promise<ReadonlyMap<string, NonNullable<Listener["owner"]>>> {
  const owners = new Map<string, NonNullable<Listener["owner"]>>();
  if (inodes.size === 0) return owners;
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const found = (await socketsOf(pid)).filter((inode) => inodes.has(inode) && !owners.has(inode));
    if (found.length === 0) continue;
    const name = await nameOf(pid);
    for (const inode of found) owners.set(inode, { pid: Number(pid), name });
  }
  return owners;
}

/** Node calls each of its main threads MainThread, which tells nobody anything. */
async function nameOf(pid: string): Promise<string> {
  const name = (await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "?")).trim();
  return name === "MainThread" ? basename(await readlink(`/proc/${pid}/exe`).catch(() => name)) : name;
}

async function socketsOf(pid: string | number): Promise<readonly string[]> {
  const folder = `/proc/${pid}/fd`;
  const files = await readdir(folder).catch(() => []);
  const targets = await Promise.all(files.map((file) => readlink(`${folder}/${file}`).catch(() => "")));
  return targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []);
}

/** Whether somebody listens at this unix socket, asked without calling him. */
export async function listensAt(path: string): Promise<boolean> {
  return (await inodesAt(path)).length > 0;
}

/** Whether the process listens at this abstract unix socket: it may have told a number of another pid namespace. */
export async function isListener(pid: number, name: string): Promise<boolean> {
  const [inodes, held] = await Promise.all([inodesAt(`@${name}`), socketsOf(pid)]);
  return inodes.some((inode) => held.includes(inode));
}

/** /proc/net/unix: `Num RefCount Protocol Flags Type St Inode Path`; the flag is __SO_ACCEPTCON. */
async function inodesAt(path: string): Promise<readonly string[]> {
  const text = await readFile("/proc/self/net/unix", "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => {
    const [, flags, inode = "", found = ""] = /^\S+ \S+ \S+ (\S+) \S+ \S+ +(\d+) (.*)$/.exec(line) ?? [];
    return flags === "00010000" && found === path ? [inode] : [];
  });
}
