import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import { CHECK_KINDS, type CheckInput, checkName, checkSchema, createCheck } from "../../src/health/registry.ts";

const EXAMPLES: {
  readonly [Kind in CheckInput["kind"]]: readonly [Extract<CheckInput, { kind: Kind }>, name: string];
} = {
  http: [{ kind: "http", port: 8080, path: "/healthz" }, "http http://127.0.0.1:8080/healthz"],
  tcp: [{ kind: "tcp", host: "::1", port: 22 }, "tcp [::1]:22"],
  ping: [{ kind: "ping", addresses: ["10.0.0.1", "10.0.0.2"] }, "ping 10.0.0.1 or 10.0.0.2"],
  exec: [{ kind: "exec", command: ["/usr/bin/test", "-e", "/ready"] }, "exec /usr/bin/test -e /ready"],
};

const paths = (input: unknown): string[] =>
  (checkSchema.safeParse(input).error?.issues ?? []).map((issue) => issue.path.join("."));

test("every kind has an example here", () => {
  assert.deepEqual(Object.keys(EXAMPLES).sort(), Object.keys(CHECK_KINDS).sort());
});

for (const [kind, [input, name]] of Object.entries(EXAMPLES))
  test(`${kind}: the least that an operator writes gets the common defaults, a name, and can be made`, () => {
    const config = checkSchema.parse(input);
    const { interval, timeout, rise, fall } = config;
    assert.deepEqual({ interval, timeout, rise, fall }, { interval: 1000, timeout: 3000, rise: 3, fall: 3 });
    assert.equal(checkName(config), name);
    assert.equal(checkName({ ...config, name: "mine" }), "mine");
    assert.equal(typeof createCheck(config).probe, "function");
  });

test("every field of every kind is described in a sentence, for the reference page", () => {
  for (const { schema } of Object.values(CHECK_KINDS)) {
    const { properties = {} } = z.toJSONSchema(schema, { io: "input" });
    for (const [field, property] of Object.entries(properties))
      assert.match(String((property as { description?: string }).description), /^[A-Z].*\.$/, field);
  }
});

test("defaults in the JSON Schema are as an operator writes them", () => {
  const { properties = {} } = z.toJSONSchema(CHECK_KINDS.http.schema, { io: "input" });
  const defaults = Object.entries(properties).flatMap(([field, property]) => {
    const { default: value } = property as { default?: unknown };
    return value === undefined ? [] : [[field, value]];
  });
  assert.deepEqual(Object.fromEntries(defaults), {
    interval: "1s",
    timeout: "3s",
    rise: 3,
    fall: 3,
    host: "127.0.0.1",
    path: "",
    scheme: "http",
    method: "GET",
    headers: {},
    expectStatus: ["200-299"],
    maxBody: 65536,
    followRedirects: true,
    insecureSkipVerify: false,
  });
});

test("what is wrong is told with its path, all of it at once", () => {
  assert.deepEqual(
    paths({
      kind: "http",
      port: 0,
      host: "user@host",
      interval: 5,
      rise: 0,
      expectStatus: [99, "299-200", "2xx", "200-299"],
      bodyMatch: "(",
      headers: { "a b": "x", ok: "line\nend" },
      serverName: "10.0.0.1",
    }).sort(),
    [
      "bodyMatch",
      "expectStatus.0",
      "expectStatus.1",
      "expectStatus.2",
      "headers.a b",
      "headers.ok",
      "host",
      "interval",
      "port",
      "rise",
      "serverName",
    ],
  );
  assert.deepEqual(paths({ kind: "http", port: 443, cert: "c.pem" }), ["key"]);
  assert.deepEqual(paths({ kind: "http", port: 443, prot: 1 }), [""]);
  assert.deepEqual(paths({ kind: "ping", addresses: [] }), ["addresses"]);
  assert.deepEqual(paths({ kind: "exec", command: "true" }), ["command"]);
  assert.deepEqual(paths({ kind: "exec", command: ["a\0b"], env: { "A=B": "" } }), ["command.0", "env.A=B"]);
  assert.deepEqual(paths({ kind: "icmp" }), ["kind"]);
});

for (const host of [
  "127.0.0.1",
  "::1",
  "2001:db8::1",
  "localhost",
  "www.example.com",
  "a_b.internal.",
  "xn--bcher-kva.example",
])
  test(`${host} is a host`, () => assert.deepEqual(paths({ kind: "tcp", host, port: 1 }), []));

for (const host of ["", "-n", "1.2.3", "1.2.3.4.5", "[::1]", "a b", "a/b", "a:1", "a..b", "http://a", "fe80::1%eth0"])
  test(`${JSON.stringify(host)} is no host`, () => assert.deepEqual(paths({ kind: "tcp", host, port: 1 }), ["host"]));
