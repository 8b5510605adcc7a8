import { endianness } from "node:os";
import type { Address } from "../core/address.ts";
import { family } from "../core/address.ts";
import type { Sockets, TcpSocket } from "../core/ports.ts";
import type { Command } from "./command.ts";

/** The TCP sockets of this process's network namespace, IPv4's and IPv6's; anybody may read them. Under /proc/self for the reason that PROC_TABLE tells. */
const PROC_SOCKETS = ["/proc/self/net/tcp", "/proc/self/net/tcp6"] as const;

/** The TCP connections of this network namespace, as /proc shows them. */
export class ProcSockets implements Sockets {
  readonly #command: Pick<Command, "read">;

  constructor(command: Pick<Command, "read">) {
    this.#command = command;
  }

  async toward(remotes: ReadonlySet<Address>): Promise<readonly TcpSocket[]> {
    // A kernel without IPv6 has no second file.
    const texts = await Promise.all(PROC_SOCKETS.map((path) => this.#command.read(path)));
    return texts.flatMap((text) => [...remotes].flatMap((remote) => parseSockets(text ?? "", remote)));
  }
}

/** `sl local_address rem_address st tx_queue:...` (Linux, get_tcp4_sock and get_tcp6_sock); state 01 is TCP_ESTABLISHED. */
const LINE = /^ *\d+: [0-9A-F]+:([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) 01 ([0-9A-F]{8}):/;

/** The established sockets in the text of /proc/net/tcp or tcp6 that lead to `remote`. Finds its lines before it reads any: a busy host has a hundred thousand of others. */
export function parseSockets(text: string, remote: Address): readonly TcpSocket[] {
  const found: TcpSocket[] = [];
  for (const hex of hexForms(remote)) {
    const needle = ` ${hex}:`;
    for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) {
      const [, localPort = "", address, remotePort = "", unacknowledged = ""] =
        LINE.exec(text.slice(text.lastIndexOf("\n", at) + 1, text.indexOf("\n", at))) ?? [];
      // The needle may have been the local address.
      if (address !== hex || text[at - 5] !== ":") continue;
      const [local, far, bytes] = [localPort, remotePort, unacknowledged].map((one) => Number.parseInt(one, 16));
      found.push({ localPort: local ?? 0, remote, remotePort: far ?? 0, unacknowledged: bytes ?? 0 });
    }
  }
  return found;
}

/** As the kernel prints the address: words of 32 bits in the machine's own byte order. An IPv4 peer may sit on an IPv6 socket. */
function hexForms(address: Address): readonly string[] {
  const words = family(address) === "ipv4" ? [address.split(".").map(Number)] : wordsOfV6(address);
  const hex = words.map(hexWord).join("");
  return family(address) === "ipv4"
    ? [
        hex,
        [
          [0, 0, 0, 0],
          [0, 0, 0, 0],
          [0, 0, 255, 255],
        ]
          .map(hexWord)
          .join("") + hex,
      ]
    : [hex];
}

function wordsOfV6(address: Address): readonly (readonly number[])[] {
  // The kernel shows no zone: sockets toward one link-local address over several interfaces look alike, and count together.
  const [plain = ""] = address.split("%");
  const [head = [], tail] = plain.split("::").map((half) => (half === "" ? [] : half.split(":")));
  const zeros = new Array<string>(8 - head.length - (tail?.length ?? 0)).fill("0");
  const bytes = [...head, ...zeros, ...(tail ?? [])].flatMap((group) => {
    const number = Number.parseInt(group, 16);
    return [number >> 8, number & 255];
  });
  return [0, 4, 8, 12].map((at) => bytes.slice(at, at + 4));
}

function hexWord(bytes: readonly number[]): string {
  const ordered = endianness() === "LE" ? [...bytes].reverse() : bytes;
  return ordered
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .toUpperCase();
}
