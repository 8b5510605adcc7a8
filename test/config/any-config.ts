import fc from "fast-check";
import { SCHEDULER_FLAGS } from "../../src/dataplane/ipvs-options.ts";

const port = fc.integer({ min: 1, max: 65535 });
const as = fc.integer({ min: 1, max: 4294967295 });
const anyCase = (text: string) =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((upper) => [...text].map((char, index) => (upper[index] ? char.toUpperCase() : char)).join(""));
const protocol = fc.constantFrom("tcp", "udp", "sctp").chain(anyCase);
const duration = fc.oneof(
  fc.integer({ min: 1, max: 5000 }).map((n) => `${n}ms`),
  fc.integer({ min: 1, max: 300 }).map((n) => `${n}s`),
  fc.constantFrom("1m", "2h", "1.5s", "0.25m"),
);

/** Optional keys, in any combination. */
function some<T extends Record<string, fc.Arbitrary<unknown>>>(model: T) {
  return fc.record(model, { requiredKeys: [] });
}

const timing = {
  name: fc.constantFrom("a", "port 80"),
  interval: duration,
  timeout: duration,
  rise: fc.integer({ min: 1, max: 9 }),
  fall: fc.integer({ min: 1, max: 9 }),
};
const check = fc.oneof(
  fc
    .tuple(
      port,
      some({
        ...timing,
        host: fc.constantFrom("::1", "localhost", "10.0.0.1"),
        path: fc.constantFrom("", "/", "healthz", "/a?b=c"),
        scheme: fc.constantFrom("http", "https"),
        method: fc.constantFrom("GET", "HEAD"),
        headers: fc.constantFrom({}, { Authorization: "Bearer x" }),
        expectStatus: fc.constantFrom([200], ["200-299", 301]),
        bodyMatch: fc.constant("^ok$"),
        maxBody: fc.integer({ min: 1, max: 9999 }),
        followRedirects: fc.boolean(),
        insecureSkipVerify: fc.boolean(),
      }),
    )
    .map(([number, options]) => ({ kind: "http", port: number, ...options })),
  fc.tuple(port, some(timing)).map(([number, options]) => ({ kind: "tcp", port: number, ...options })),
  some(timing).map((options) => ({ kind: "ping", addresses: ["10.88.0.253", "::1", "router.example"], ...options })),
  some({ ...timing, env: fc.constant({ A: "b" }) }).map((options) => ({
    kind: "exec",
    command: ["/bin/true", "-x"],
    ...options,
  })),
);
const checks = fc.oneof(
  fc.array(check, { minLength: 1, maxLength: 3 }).map((healthchecks) => ({ healthchecks })),
  fc
    .tuple(
      port,
      some({ path: fc.constantFrom("", "x"), scheme: fc.constant("https"), insecureSkipVerify: fc.boolean() }),
    )
    .map(([number, options]) => ({ httphealthcheck: { port: number, ...options } })),
  fc.constant({ pinghealthcheck: { addresses: ["1.1.1.1"] } }),
);

const ipvs = fc.oneof(
  some({ scheduler: fc.constantFrom("rr", "lc", "twos"), weight: port }),
  fc.constantFrom(...Object.entries(SCHEDULER_FLAGS)).map(([flag, scheduler]) => ({ scheduler, flags: [flag] })),
);

/** VIPs of service number `n`: no other service has them, and no peer is in them. */
function vips(n: number) {
  const v4 = `10.99.${n}.1`;
  const v6 = `2001:DB8:99:${n}::1`;
  return fc.oneof(
    some({ prefixLength: fc.integer({ min: 24, max: 32 }) }).map((length) => ({ ip: v4, ...length })),
    some({ prefixLength: fc.integer({ min: 64, max: 128 }) }).map((length) => ({ ip: v6, ...length })),
    fc
      .subarray([v4, `10.99.${n}.2/31`, { ip: v6, prefixLength: 80 }, `2001:db8:99:${n}::2/128`], { minLength: 1 })
      .map((list) => ({ vips: list })),
  );
}

const announce = some({
  med: fc.nat(),
  localPref: fc.integer({ min: 0, max: 4294967295 }),
  communities: fc.array(fc.constantFrom("65000:120", "65000:7", "no-export", "065000:0120")),
  largeCommunities: fc.array(fc.constantFrom("65000:1:2", "4200000000:0:4294967295")),
});

const ports = fc
  .uniqueArray(fc.tuple(port, port, protocol), { maxLength: 3, selector: ([number]) => number })
  .map((list) =>
    list.map(([servicePort, targetLocalPort, name]) => ({ servicePort, targetLocalPort, protocol: name })),
  );

/** Of both families, so that they do for any VIPs. */
const pool = some({
  realServers: fc.tuple(
    ...["10.77.0.1", "10.77.0.2", "2001:DB8:77::1", "2001:db8:77::2"].map((address) =>
      some({ weight: port, forwarding: fc.constant("masquerade") }).map((options) => ({ address, ...options })),
    ),
  ),
}).chain((given) =>
  given["realServers"] === undefined
    ? fc.constant({})
    : some({
        quorum: fc.integer({ min: 1, max: 2 }),
        realServerChecks: fc.array(
          fc.oneof(
            fc.tuple(port, some(timing)).map(([number, options]) => ({ kind: "tcp", port: number, ...options })),
            fc.tuple(port, some(timing)).map(([number, options]) => ({ kind: "http", port: number, ...options })),
          ),
          { maxLength: 2 },
        ),
      }).map((options) => ({ ...given, ...options })),
);

function service(n: number) {
  const options = some({ ipvs, announce, protocol, interface: fc.constantFrom("lb", `if${n}`) });
  return fc.tuple(vips(n), checks, ports, pool, options).map(([where, how, list, servers, more]) => ({
    name: `s${n}`,
    ...where,
    ...how,
    ports: list,
    ...servers,
    ...more,
  }));
}

const local = fc.tuple(as, some({ listenPort: fc.integer({ min: -1, max: 65535 }) })).map(([number, options]) => ({
  routerID: "10.88.0.200",
  as: number,
  nextHop: { ipv6: "2001:db8::200" },
  ...options,
}));
const terms = fc.oneof(
  some({
    port,
    passwordFile: fc.constantFrom("router.password", "/etc/router.password"),
    holdTime: port.filter((n) => n > 2),
  }),
  some({ multihop: fc.integer({ min: 2, max: 255 }) }),
  some({ ttlSecurity: fc.integer({ min: 1, max: 254 }) }),
);
const peers = fc
  .uniqueArray(fc.tuple(fc.constantFrom("10.88.0.253", "10.88.0.254", "2001:DB8:0::fe"), as, terms), {
    maxLength: 3,
    selector: ([address]) => address,
  })
  .map((list) => list.map(([address, number, options]) => ({ address, as: number, ...options })));
const gobgp = some({
  address: fc.constantFrom("127.0.0.1:50051", "[::1]:1", "unix:///run/gobgp.sock"),
  tls: some({ ca: fc.constantFrom("ca.pem", "/etc/ca.pem") }).chain((tls) =>
    fc.constantFrom(tls, { ...tls, cert: "cert.pem", key: "key.pem" }),
  ),
});
const bgp = fc.oneof(
  fc
    .tuple(local, peers, some({ gobgp, mode: fc.constant("managed") }))
    .map(([one, list, options]) => ({ local: one, peers: list, ...options })),
  fc.tuple(local, some({ gobgp })).map(([one, options]) => ({ mode: "shared", local: one, ...options })),
  fc.constant({ mode: "shared", local: { nextHop: { ipv4: "10.88.0.200", ipv6: "2001:db8::200" } } }),
);

/** As if every file that it names were there, with this in it. */
export const PASSWORD = "s3cret";
export const READ = { readFile: () => ({ bytes: new TextEncoder().encode(`${PASSWORD}\n`), mode: 0o640 }) };

/** A config file without problems, of every kind of key, but for the files that it names (READ). */
export const anyConfig: fc.Arbitrary<Record<string, unknown>> = fc
  .tuple(
    bgp,
    fc
      .integer({ min: 0, max: 4 })
      .chain((count) => fc.tuple(...Array.from({ length: count }, (_, n) => service(n + 1)))),
    fc.boolean(),
    some({
      withdrawHold: fc.oneof(duration, fc.constant("0s")),
      stopDrain: fc.oneof(duration, fc.constant("0s")),
      reconcileInterval: duration,
      onStop: fc.constantFrom("withdraw", "handover"),
      lease: fc.constantFrom("0s", "1s", "5s", "2m"),
      onLeaseLost: fc.constantFrom("withdraw", "demote", "keep"),
      handoverLease: duration,
      page: some({
        address: fc.constantFrom("off", "socket", "loopback", "0.0.0.0:8082", "[2001:DB8::1]:1"),
        buttons: fc.boolean(),
        hosts: fc.constantFrom([], ["lb1", "lb1.example.net"]),
      }),
      $schema: fc.constant("x"),
    }),
  )
  .map(([speaker, services, alone, options]) => {
    const [first, ...rest] = services;
    return {
      bgp: speaker,
      ...(alone && first !== undefined ? { service: first, services: rest } : { services }),
      ...options,
    };
  });
