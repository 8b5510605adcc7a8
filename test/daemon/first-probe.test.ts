import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { test } from "node:test";
import type { ConfiguredService } from "../../src/config/config.ts";
import { systemClock } from "../../src/daemon/clock.ts";
import { probeOnce } from "../../src/daemon/first-probe.ts";
import { CHECK_KINDS } from "../../src/health/registry.ts";
import { ip, service } from "../support/world.ts";

test("one probe of each check is the verdict, those of real servers too; a pool is up with as many as its quorum", async (t) => {
  const server = createServer((client) => client.destroy()).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const check = (host: string) => CHECK_KINDS.tcp.schema.parse({ kind: "tcp", host, port });
  // Nothing listens at the second one.
  const members = ["127.0.0.1", "127.0.0.2"].map((host) => ({ address: ip(host), checks: [check(host)] }));
  const services: readonly ConfiguredService[] = [
    { service: service("one", ["10.88.2.1"]), checks: [], pool: { members, quorum: 1 } },
    { service: service("both", ["10.88.2.2"]), checks: [], pool: { members, quorum: 2 } },
    { service: service("here", ["10.88.2.3"]), checks: [check("127.0.0.1")] },
  ];
  const found = await probeOnce(services, systemClock);
  const verdicts = [...found].map(([name, { verdict, realServers }]) => {
    const each = [...(realServers?.values() ?? [])].map((one) => `${one.address} ${one.verdict}`);
    return [name, verdict, ...each].join(", ");
  });
  assert.deepEqual(verdicts, [
    "one, up, 127.0.0.1 up, 127.0.0.2 down",
    "both, down, 127.0.0.1 up, 127.0.0.2 down",
    "here, up",
  ]);
  assert.match(found.get("both")?.reason ?? "", /^1 of 2 real servers are up; .*refused.*; quorum 2 \(one probe\)$/);
});
