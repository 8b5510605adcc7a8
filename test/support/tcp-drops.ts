import { readFile } from "node:fs/promises";

/** Why the kernel of this network namespace drops what comes in; its counters go on for as long as it lives. */
export type Drop = "TCPMD5Failure" | "TCPMD5NotFound" | "TCPMD5Unexpected" | "TCPMinTTLDrop";

/** How many it has dropped for this (/proc/net/netstat: a line of names, and one of numbers). */
export async function tcpDrops(why: Drop): Promise<number> {
  const [names = [], numbers = []] = (await readFile("/proc/net/netstat", "utf8"))
    .split("\n")
    .filter((line) => line.startsWith("TcpExt:"))
    .map((line) => line.split(" "));
  return Number(numbers[names.indexOf(why)] ?? 0);
}
