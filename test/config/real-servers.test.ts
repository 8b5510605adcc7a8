import assert from "node:assert/strict";
import { test } from "node:test";
import { checkName } from "../../src/health/registry.ts";
import { dataplane, load, problems } from "./build.ts";

test("a list of real servers in the place of this host: each VIP gets those of its family, with the defaults of ipvs", () => {
  const { config, warnings } = load({
    vips: ["10.88.2.1", "2001:db8::1"],
    ports: [{ servicePort: 80, targetLocalPort: 8080, protocol: "tcp" }],
    ipvs: { scheduler: "wlc", weight: 3 },
    realServers: [
      { address: "10.77.0.1" },
      { address: "10.77.0.2", port: 80, weight: 9, forwarding: "tunnel" },
      { address: "2001:DB8:77::1", forwarding: "direct", port: 80 },
    ],
    realServerChecks: [
      { kind: "http", port: 9000, name: "live" },
      { kind: "tcp", port: 8080 },
    ],
    quorum: 1,
    healthchecks: undefined,
  });
  assert.deepEqual(dataplane(config), [
    "tcp 10.88.2.1:80 wlc -> 10.77.0.1:8080 masquerade 3, 10.77.0.2:80 tunnel 9",
    "tcp [2001:db8::1]:80 wlc -> 2001:db8:77::1:80 direct 3",
  ]);
  const { checks, pool } = config.services[0] ?? {};
  assert.deepEqual(checks, []);
  assert.deepEqual(
    pool?.members.map((member) => member.checks.map(checkName)),
    [
      ["live 10.77.0.1", "tcp 10.77.0.1:8080"],
      ["live 10.77.0.2", "tcp 10.77.0.2:8080"],
      ["live 2001:db8:77::1", "tcp [2001:db8:77::1]:8080"],
    ],
  );
  assert.deepEqual(warnings, []);
});

test("what does not go together with real servers", () => {
  const ports = [{ servicePort: 80, targetLocalPort: 8080, protocol: "tcp" }];
  const say = (rest: object) => problems({ ip: "10.88.2.1", ports, ...rest });
  for (const [rest, said] of [
    [{ quorum: 2 }, /services\[0\]\.quorum: has no effect without realServers/],
    [{ realServers: [] }, /realServers: must hold at least one real server/],
    [
      { realServers: [{ address: "10.88.2.1" }] },
      /realServers\[0\]\.address: 10\.88\.2\.1 is the VIP services\[0\]\.ip itself/,
    ],
    [
      { realServers: [{ address: "10.77.0.1" }, { address: "10.77.0.1" }] },
      /10\.77\.0\.1 is already in services\[0\]\.realServers\[0\]; keep one/,
    ],
    [
      { realServers: [{ address: "2001:db8:7::1" }] },
      /realServers: has no IPv4 real server, and services\[0\]\.ip is IPv4/,
    ],
    [
      { realServers: [{ address: "10.77.0.1" }], quorum: 2 },
      /quorum: must be at most 1, the number of IPv4 real servers; found 2/,
    ],
    [{ realServers: [{ address: "127.0.0.1" }] }, /must not be a loopback address/],
    [
      { realServers: [{ address: "10.77.0.1", weight: 0 }] },
      /weight: must be a weight, 1 to 65535; take out of the list/,
    ],
    [
      { realServers: [{ address: "10.77.0.1", forwarding: "direct" }] },
      /reached at 80 and not at 8080: "direct" rewrites no port/,
    ],
    [
      { realServers: [{ address: "10.77.0.1", port: 1 }], ports: [...ports, { ...ports[0], servicePort: 81 }] },
      /port: goes with exactly one entry in ports, and there are 2/,
    ],
    [
      { realServers: [{ address: "10.77.0.1" }], realServerChecks: [{ kind: "tcp", port: 1, host: "10.77.0.1" }] },
      /realServerChecks\[0\]\.host: is each real server's own address here; remove it/,
    ],
  ] as const)
    assert.match(say(rest), said);
  const unused = [{ address: "10.77.0.1" }, { address: "2001:db8:7::1" }];
  const { warnings } = load({ ip: "10.88.2.1", ports, realServers: unused });
  assert.match(warnings.join(), /realServers\[1\]: of no effect, because no VIP is of the family of 2001:db8:7::1/);
});
