import type { Command } from "./command.ts";

/** The TCP sockets of this network namespace by family, and how each writes the address that is all addresses. */
const EVERYWHERE = [
  ["/proc/self/net/tcp", "00000000", "0.0.0.0"],
  ["/proc/self/net/tcp6", "00000000000000000000000000000000", "[::]"],
] as const;

/**
 * Where somebody in this network namespace listens on this TCP port at every address of the host: `0.0.0.0`, `[::]`; undefined where nobody
 * does, or that cannot be read. (Linux, get_tcp4_sock and get_tcp6_sock: local address and port, remote address and port, state 0A: TCP_LISTEN.)
 */
export async function listensEverywhere(command: Pick<Command, "read">, port: number): Promise<string | undefined> {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  for (const [file, zeros, name] of EVERYWHERE) {
    const text = (await command.read(file).catch(() => undefined)) ?? "";
    if (text.includes(` ${zeros}:${hex} ${zeros}:0000 0A `)) return name;
  }
  return undefined;
}
