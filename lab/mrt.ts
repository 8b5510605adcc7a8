/** An UPDATE message (RFC 4271, 4.3) that a router received. */
export interface Update {
  /** The address of the peer that sent it. */
  readonly peer: string;
  /** Unix seconds: MRT counts no finer. */
  readonly at: number;
}

const BGP4MP = 16;
const MESSAGE_AS4 = 4;
const UPDATE = 2;

/**
 * The UPDATEs in an MRT dump (RFC 6396, 4.4) of received BGP messages. BIRD's log cannot answer how many there were: it writes "Got UPDATE"
 * at a limited rate. An end of RIB (RFC 4724: an UPDATE without routes) is left out, for it belongs to each new session.
 */
export function updatesIn(dump: Buffer): readonly Update[] {
  const updates: Update[] = [];
  for (let start = 0; start + 12 <= dump.length; ) {
    const length = dump.readUInt32BE(start + 8);
    if (dump.readUInt16BE(start + 4) === BGP4MP && dump.readUInt16BE(start + 6) === MESSAGE_AS4) {
      const update = updateIn(dump.subarray(start + 12, start + 12 + length), dump.readUInt32BE(start));
      if (update !== undefined) updates.push(update);
    }
    start += 12 + length;
  }
  return updates;
}

function updateIn(record: Buffer, at: number): Update | undefined {
  const isV4 = record.readUInt16BE(10) === 1;
  const size = isV4 ? 4 : 16;
  const message = record.subarray(12 + 2 * size);
  if (message[18] !== UPDATE || isEndOfRib(message)) return undefined;
  const address = record.subarray(12, 12 + size);
  const peer = isV4 ? address.join(".") : (address.toString("hex").match(/.{4}/g) ?? []).join(":");
  return { peer, at };
}

/** Nothing withdrawn, no NLRI, and no attributes or only an MP_UNREACH_NLRI (type 15) of a family without prefixes. */
function isEndOfRib(message: Buffer): boolean {
  return message.length === 23 || (message.length <= 30 && message[24] === 15 && message.readUInt16BE(19) === 0);
}
