import assert from "node:assert/strict";
import { test } from "node:test";
import { type ProcFiles, viewOf } from "../../../lab/chaos/dataplane.ts";

// Linux 6.1: /proc/net/fib_trie (cut), if_inet6, ip_vs.
const FILES: ProcFiles = {
  fibTrie: `Local:
  +-- 0.0.0.0/0 3 0 5
     +-- 192.0.2.0/24 2 0 2
        |-- 192.0.2.11
           /32 host LOCAL
     |-- 203.0.113.10
        /32 host LOCAL
     |-- 203.0.113.1
        /32 link UNICAST
`,
  ifInet6: `00000000000000000000000000000001 01 80 10 80       lo
20010db8000f00000000000000000010 03 80 00 82      web
`,
  ipVs: `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  CB00710A:20FB wlc  
  -> C000020B:24E3      Masq    7      0          0         
TCP  CB00710A:0050 rr  
  -> C000020B:1F90      Masq    1      0          12        
TCP  [2001:0db8:000f:0000:0000:0000:0000:0010]:0050 rr 
  -> [2001:0db8:0001:0000:0000:0000:0000:0011]:1F90      Masq    0      0          3         
`,
};

test("a VIP with its address and a real server that takes connections", () => {
  assert.deepEqual(viewOf(FILES, "203.0.113.10", 80), { address: true, service: true, serves: true });
});

test("a real server of weight 0 is there and takes none", () => {
  assert.deepEqual(viewOf(FILES, "2001:db8:f::10", 80), { address: true, service: true, serves: false });
});

test("another port is another virtual service, and a route is no address", () => {
  assert.deepEqual(viewOf(FILES, "203.0.113.10", 81), { address: true, service: false, serves: false });
  assert.deepEqual(viewOf(FILES, "203.0.113.1", 80), { address: false, service: false, serves: false });
  assert.deepEqual(viewOf(FILES, "2001:db8:f::1", 80), { address: false, service: false, serves: false });
});

test("files that are not there have nothing", () => {
  const nothing = { fibTrie: "", ifInet6: "", ipVs: "" };
  assert.deepEqual(viewOf(nothing, "203.0.113.10", 80), { address: false, service: false, serves: false });
});
