import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { request } from "node:https";
import type { TestContext } from "node:test";
import { test } from "node:test";
import type { ConnectionOptions } from "node:tls";
import { hashSync } from "bcryptjs";
import { Exposition } from "../../src/admin/exposition.ts";
import { Metrics } from "../../src/admin/metrics.ts";
import { MetricsServer } from "../../src/admin/server.ts";
import { readWebConfig } from "../../src/admin/web-config.ts";
import { messageOf } from "../../src/core/errors.ts";
import type { Certificates } from "../health/certificates.ts";
import { certificates } from "../health/certificates.ts";
import { VirtualClock } from "../support/clock.ts";

const HASH = hashSync("right", 4);
const TLS = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n";

async function serve(t: TestContext, made: Certificates, web: string) {
  const troubles: string[] = [];
  const exposition = new Exposition(new Metrics("1.2.3").registry, new VirtualClock(), () => Promise.resolve());
  const server = new MetricsServer({
    exposition,
    webConfig: made.file("web.yml", web),
    onTrouble: (error) => troubles.push(error === undefined ? "" : messageOf(error)),
  });
  await server.listen({ host: "127.0.0.1", port: 0 });
  t.after(() => server.close());
  return { server, troubles };
}

/** The status of a scrape by TLS, or what stood in its way. */
function scrape(port: number, options: ConnectionOptions & { readonly auth?: string } = {}): Promise<number | string> {
  return new Promise((resolve) => {
    const asked = request({ host: "127.0.0.1", port, path: "/metrics", agent: false, ...options }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
    });
    asked.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    asked.end();
  });
}

async function plain(port: number, authorization?: string): Promise<number> {
  const headers = authorization === undefined ? {} : { authorization };
  return (await fetch(`http://127.0.0.1:${port}/metrics`, { headers })).status;
}

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

test("basic auth: the right password of a user that there is, and nothing else; a changed file counts at once", async (t) => {
  const made = certificates(t);
  const { server, troubles } = await serve(t, made, `basic_auth_users:\n  prom: ${HASH}\n`);
  assert.equal(await plain(server.port), 401);
  assert.equal(await plain(server.port, basic("prom", "wrong")), 401);
  assert.equal(await plain(server.port, basic("nobody", "right")), 401);
  assert.equal(await plain(server.port, "Basic !"), 401);
  assert.equal(await plain(server.port, basic("prom", `right${"x".repeat(100)}`)), 401);
  assert.equal(await plain(server.port, basic("prom", "right")), 200);
  assert.equal(await plain(server.port, basic("prom", "right")), 200);

  made.file("web.yml", "basic_auth_users: {prom: nonsense}\n");
  assert.equal(await plain(server.port, basic("prom", "right")), 200, "what was read before goes on to count");
  assert.match(troubles.at(-1) ?? "", /web\.yml: basic_auth_users: prom: must be a bcrypt hash/);
  made.file("web.yml", `basic_auth_users:\n  prom: ${hashSync("other", 4)}\n`);
  assert.equal(await plain(server.port, basic("prom", "right")), 401);
  assert.equal(await plain(server.port, basic("prom", "other")), 200);
  assert.equal(troubles.at(-1), "");
});

test("of a crowd that guesses only some are compared, and who is known goes on to be served", async (t) => {
  const made = certificates(t);
  const { server } = await serve(t, made, `basic_auth_users:\n  prom: ${HASH}\n`);
  assert.equal(await plain(server.port, basic("prom", "right")), 200);
  const guesses = Array.from({ length: 30 }, (_, guess) => plain(server.port, basic("prom", String(guess))));
  assert.equal(await plain(server.port, basic("prom", "right")), 200);
  const answers = await Promise.all(guesses);
  assert.ok(answers.includes(503));
  assert.deepEqual(
    answers.filter((status) => status !== 401 && status !== 503),
    [],
  );
});

test("TLS: the certificate is the file's, also after it was replaced", async (t) => {
  const made = certificates(t);
  const { server } = await serve(t, made, TLS);
  const ca = made.read(made.ca);
  assert.equal(await scrape(server.port, { ca }), 200);
  assert.notEqual(await scrape(server.port, { ca, maxVersion: "TLSv1.1", minVersion: "TLSv1" }), 200);
  made.file("server.pem", made.read(made.expired.cert).toString());
  await server.look();
  assert.equal(await scrape(server.port, { ca }), 200, "a pair that does not fit changes nothing");
  made.file("server.key", made.read(made.expired.key).toString());
  await server.look();
  assert.equal(await scrape(server.port, { ca }), "CERT_HAS_EXPIRED");
});

test("client certificates: demanded, checked by name, and no longer asked for when the file says so", async (t) => {
  const made = certificates(t);
  const ca = made.read(made.ca);
  const demanded = "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n";
  const { server } = await serve(t, made, `${TLS}${demanded}`);
  const own = { ca, cert: made.read(made.client.cert), key: made.read(made.client.key) };
  assert.equal(await scrape(server.port, own), 200);
  assert.equal(typeof (await scrape(server.port, { ca })), "string");
  made.file("web.yml", `${TLS}${demanded}  client_allowed_sans: [somebody]\n`);
  assert.equal(await scrape(server.port, own), 403);
  made.file("web.yml", `${TLS}${demanded}  client_allowed_sans: [somebody, client]\n`);
  assert.equal(await scrape(server.port, own), 200);
  made.file("web.yml", `${TLS}  client_auth_type: RequireAnyClientCert\n`);
  await server.look();
  assert.equal(await scrape(server.port, { ca }), 403);
  assert.equal(await scrape(server.port, own), 200);
  made.file("web.yml", TLS);
  await server.look();
  assert.equal(await scrape(server.port, { ca }), 200);
  made.file("web.yml", "http_server_config:\n  http2: false\n  headers:\n    X-Frame-Options: deny\n");
  await server.look();
  const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`);
  assert.deepEqual([answer.status, answer.headers.get("x-frame-options")], [200, "deny"]);
  made.file("web.yml", "");
  assert.equal(await plain(server.port), 200, "an empty file is a file");
});

test("what a web config file must not be is told with the file, the key and what would be right", async (t) => {
  const made = certificates(t);
  const fault = (text: string) =>
    readWebConfig(made.file("web.yml", text)).then(
      () => "",
      (error: unknown) => messageOf(error).replaceAll(/\S*\/bgp-lb-tls-[^/]*\//g, ""),
    );
  for (const [text, words] of [
    ["a: [", /^web\.yml: not YAML: .* at line 1, column \d/],
    ["basic_auth_user: {}", /^web\.yml: .*"basic_auth_user"/],
    ["basic_auth_users: {a: $2y$31$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}", /cost of 4 to 16/],
    ["tls_server_config: {cert_file: server.pem}", /^web\.yml: tls_server_config: key_file: missing$/],
    ["tls_server_config: {cert_file: no.pem, key_file: server.key}", /cert_file: cannot read no\.pem" \(ENOENT/],
    ["tls_server_config: {cert_file: server.pem, key_file: client.key}", /cert and key do not make a pair/],
    [`${TLS}  client_auth_type: RequireAndVerifyClientCert\n`, /client_ca_file: missing/],
    [`${TLS}  cipher_suites: [TLS_FAST]\n`, /cipher_suites: "TLS_FAST" is no cipher suite/],
    [`${TLS}  min_version: TLS13\n  max_version: TLS12\n`, /min_version: is above max_version/],
    [`a: &a [1]\nb: &b [${"*a,".repeat(50)}]\nc: [${"*b,".repeat(50)}]\n`, /alias/],
  ] as const)
    assert.match(await fault(text), words, text);
  assert.equal(
    await fault(
      `${TLS}  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_RSA_WITH_AES_256_CBC_SHA]\n  curve_preferences: [X25519, CurveP256]\n`,
    ),
    "",
  );
  await rm(made.file("web.yml", ""));
  await assert.rejects(readWebConfig(made.ca.replace("ca.pem", "web.yml")), /cannot read ".*web\.yml" \(ENOENT/);
  await assert.rejects(readWebConfig("/dev/zero"), /larger than 1 MiB/);
});
