import assert from "node:assert/strict";
import { test } from "node:test";
import { Flows, packetOf } from "../../../lab/chaos/flows.ts";

// tcpdump 4.99.3 -n -e -tt
const IPV4 =
  "1795874549.641943 52:15:e8:b9:58:e6 > 22:1a:69:bf:8a:17, ethertype IPv4 (0x0800), length 74: 192.0.2.1.20001 > 192.0.2.11.80: Flags [S], seq 1343190807, win 64240, options [mss 1460,sackOK,TS val 1780583792 ecr 0,nop,wscale 10], length 0";
const IPV6 =
  "1795874549.657673 52:15:e8:b9:58:e6 > 22:1a:69:bf:8a:17, ethertype IPv6 (0x86dd), length 94: 2001:db8:1::1.20002 > 2001:db8:1::11.80: Flags [S], seq 959687816, win 64800, length 0";

test("a line of tcpdump is a packet of a flow to a hardware address", () => {
  assert.deepEqual(packetOf(IPV4), { at: 1795874549642, to: "22:1a:69:bf:8a:17", flow: "192.0.2.1 20001" });
  assert.deepEqual(packetOf(IPV6), { at: 1795874549658, to: "22:1a:69:bf:8a:17", flow: "2001:db8:1::1 20002" });
});

test("what tcpdump says beside is no packet", () => {
  assert.equal(packetOf("listening on lan, link-type EN10MB (Ethernet), snapshot length 262144 bytes"), undefined);
  assert.equal(packetOf("2 packets captured"), undefined);
});

test("a flow has the hosts that its packets went to, in order and each once", () => {
  const flows = new Flows(
    new Map([
      ["a", "h1"],
      ["b", "h2"],
    ]),
  );
  const take = (at: number, to: string) => flows.take({ at, to, flow: "198.51.100.2 20000" });
  for (const [at, to] of [
    [1000, "a"],
    [1001, "a"],
    [1500, "b"],
    [1600, "c"],
  ] as const)
    take(at, to);
  assert.deepEqual(flows.hostsOf("198.51.100.2 20000", 990, 1700), ["h1", "h2"]);
  assert.deepEqual(flows.hostsOf("198.51.100.2 20001", 990, 1700), []);
  // The same port, a round of ports later.
  take(2_000_000, "b");
  assert.deepEqual(flows.hostsOf("198.51.100.2 20000", 1_999_999, 2_000_100), ["h2"]);
});
