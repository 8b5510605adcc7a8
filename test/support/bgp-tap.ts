import { once } from "node:events";
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from "node:net";
import { type Address, networkPrefix, parseAddress } from "../../src/core/address.ts";

/** One UPDATE message as it went over the wire (RFC 4271, 4.3; RFC 4760). */
export interface Update {
  readonly announced: readonly string[];
  readonly withdrawn: readonly string[];
  /** NEXT_HOP or the first of MP_REACH_NLRI. */
  readonly nextHop: string | undefined;
  /** MULTI_EXIT_DISC, LOCAL_PREF, COMMUNITIES and LARGE_COMMUNITIES, each that is there: `med 5`, `communities 65535:0`. */
  readonly attributes: readonly string[];
  /** Neither announces nor withdraws: End-of-RIB (RFC 4724). */
  readonly endOfRib: boolean;
}

const HEADER = 19;
const OPEN = 1;
const UPDATE = 2;
const NOTIFICATION = 3;
const NEXT_HOP = 3;
const MED = 4;
const LOCAL_PREF = 5;
const COMMUNITIES = 8;
const LARGE_COMMUNITIES = 32;
const MP_REACH = 14;
const MP_UNREACH = 15;

/** Stands between gobgpd and a router, passes every byte on, and records each BGP message of gobgpd's side. */
export class BgpTap {
  readonly updates: Update[] = [];
  /** OPEN messages: one for each session that was tried. */
  opens = 0;
  notifications = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Listens on a free port of `listen` and passes on to `port` there, coming from `from`. */
  static async open(listen: Address, port: number, from: Address): Promise<BgpTap> {
    const server = createServer();
    const tap = new BgpTap(server);
    server.on("connection", (near) => tap.#join(near, createConnection({ host: listen, port, localAddress: from })));
    server.listen(0, listen);
    await once(server, "listening");
    return tap;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** UPDATEs that change something at the router, without End-of-RIB. */
  get changes(): readonly Update[] {
    return this.updates.filter((update) => !update.endOfRib);
  }

  /** Ends every session as a router does that is gone. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Stops, or goes on, to read what gobgpd sends, as a router does that hangs. */
  hang(hangs: boolean): void {
    for (const socket of this.#sockets) hangs ? socket.pause() : socket.resume();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #join(near: Socket, far: Socket): void {
    let pending = Buffer.alloc(0);
    near.on("data", (bytes) => {
      pending = Buffer.concat([pending, bytes]);
      while (pending.length >= HEADER && pending.length >= pending.readUInt16BE(16)) {
        const length = pending.readUInt16BE(16);
        this.#record(pending.readUInt8(18), pending.subarray(HEADER, length));
        pending = pending.subarray(length);
      }
    });
    near.pipe(far);
    far.pipe(near);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  }

  #record(type: number, body: Buffer): void {
    if (type === OPEN) this.opens++;
    if (type === NOTIFICATION) this.notifications++;
    if (type === UPDATE) this.updates.push(decodeUpdate(body));
  }
}

function decodeUpdate(body: Buffer): Update {
  const attributesAt = 2 + body.readUInt16BE(0);
  const nlriAt = attributesAt + 2 + body.readUInt16BE(attributesAt);
  const withdrawn = prefixes(body.subarray(2, attributesAt), 4);
  const announced = prefixes(body.subarray(nlriAt), 4);
  let nextHop: string | undefined;
  const attributes: string[] = [];
  for (let at = attributesAt + 2; at < nlriAt; ) {
    const extended = (body.readUInt8(at) & 0x10) !== 0;
    const type = body.readUInt8(at + 1);
    const length = extended ? body.readUInt16BE(at + 2) : body.readUInt8(at + 2);
    at += extended ? 4 : 3;
    const value = body.subarray(at, at + length);
    at += length;
    if (type === NEXT_HOP) nextHop = text(value);
    if (type === MED) attributes.push(`med ${value.readUInt32BE(0)}`);
    if (type === LOCAL_PREF) attributes.push(`local preference ${value.readUInt32BE(0)}`);
    if (type === COMMUNITIES) attributes.push(`communities ${numbers(value, 2, 2)}`);
    if (type === LARGE_COMMUNITIES) attributes.push(`large communities ${numbers(value, 4, 3)}`);
    if (type === MP_UNREACH) withdrawn.push(...prefixes(value.subarray(3), value.readUInt16BE(0) === 2 ? 16 : 4));
    if (type === MP_REACH) {
      const size = value.readUInt16BE(0) === 2 ? 16 : 4;
      const hopLength = value.readUInt8(3);
      nextHop = text(value.subarray(4, 4 + Math.min(16, hopLength)));
      announced.push(...prefixes(value.subarray(5 + hopLength), size));
    }
  }
  return { announced, withdrawn, nextHop, attributes, endOfRib: announced.length + withdrawn.length === 0 };
}

/** Numbers of `size` bytes, `count` of them to one community. */
function numbers(bytes: Buffer, size: number, count: number): string {
  const found: string[] = [];
  for (let at = 0; at < bytes.length; at += size * count)
    found.push(Array.from({ length: count }, (_, index) => bytes.readUIntBE(at + index * size, size)).join(":"));
  return found.sort().join(" ");
}

function prefixes(bytes: Buffer, size: 4 | 16): string[] {
  const found: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt8(at);
    const end = at + 1 + Math.ceil(length / 8);
    const address = Buffer.alloc(size);
    bytes.copy(address, 0, at + 1, end);
    found.push(networkPrefix(text(address) as Address, length));
    at = end;
  }
  return found;
}

function text(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  return parseAddress(groups.join(":")) ?? "";
}
