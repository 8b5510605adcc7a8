import assert from "node:assert/strict";
import { test } from "node:test";
import { status } from "@grpc/grpc-js";
import { Client } from "../../src/speaker/client.ts";
import { CallFailed, callFailed, type FailureKind } from "../../src/speaker/failure.ts";
import { clock } from "./stage.ts";

interface Case {
  readonly code: number;
  readonly details: string;
  readonly kind: FailureKind;
  readonly absent?: boolean;
  readonly says: RegExp;
}

const UNRESOLVED = "(2026-01-02T03:04:05.678Z). Resolution note: ";
const CASES: readonly Case[] = [
  {
    code: status.UNAVAILABLE,
    details: `No connection established. Last error: connect ECONNREFUSED 127.0.0.1:50051 ${UNRESOLVED}`,
    kind: "gone",
    absent: true,
    says: /nothing listens there \(ECONNREFUSED\); start it with --api-hosts 127\.0\.0\.1:50051$/,
  },
  {
    code: status.UNAVAILABLE,
    details: "No connection established. Last error: connect ENOENT /run/gobgp/api.sock",
    kind: "gone",
    absent: true,
    says: /there is no such socket \(ENOENT\); start it with --api-hosts/,
  },
  {
    code: status.UNAVAILABLE,
    details: "No connection established. Last error: connect EACCES /run/gobgp/api.sock",
    kind: "denied",
    says: /this user may not open the socket \(EACCES\); give it the socket's group$/,
  },
  {
    code: status.UNAVAILABLE,
    details: "Name resolution failed for target dns:router.example:50051",
    kind: "gone",
    says: /the name cannot be resolved .*; correct it in bgp\.gobgp$/,
  },
  {
    code: status.UNAVAILABLE,
    details: "No connection established. Last error: self-signed certificate",
    kind: "gone",
    says: /TLS failed \(self-signed certificate\); check the ca, cert and key of bgp\.gobgp against gobgpd's --tls flags$/,
  },
  {
    code: status.UNAVAILABLE,
    details: "Connection dropped",
    kind: "gone",
    says: /Connection dropped; if it does not come/,
  },
  { code: status.CANCELLED, details: "Call cancelled", kind: "gone", says: /cannot be reached: Call cancelled/ },
  {
    code: status.DEADLINE_EXCEEDED,
    details: "Deadline exceeded after 2.001s",
    kind: "hung",
    says: /does not answer within 2 s \(GetBgp\): its process hangs or is stopped, or has too much to do; look at it, and restart it/,
  },
  {
    code: status.UNIMPLEMENTED,
    details: "unknown service apipb.GobgpApi",
    kind: "foreign",
    says: /answers gRPC but is not GoBGP 3 or 4 \(it says "unknown service apipb\.GobgpApi"\); point bgp\.gobgp at gobgpd's API$/,
  },
  { code: status.UNKNOWN, details: "server stopped", kind: "stopped", says: /restart the gobgpd process$/ },
  {
    code: status.UNKNOWN,
    details: "bgp server hasn't started\nyet",
    kind: "refused",
    says: /^gobgpd at 127\.0\.0\.1:50051 answered "bgp server hasn't started yet" \(UNKNOWN\) to GetBgp$/,
  },
];

for (const { code, details, kind, absent = false, says } of CASES)
  test(`${status[code]} "${details.slice(0, 60)}" is ${kind}`, () => {
    const error = Object.assign(new Error(`${code} ${details}`), { code, details, metadata: undefined as never });
    const failure = callFailed(error, { api: "127.0.0.1:50051", method: "GetBgp", ms: 2000, givenUp: false });
    assert.deepEqual([failure.kind, failure.absent], [kind, absent]);
    assert.match(failure.message, says);
    assert.ok(!/\n|2026-/.test(failure.message), "one line, the same for each try");
    assert.ok(failure.message.includes("127.0.0.1:50051"));
  });

test("a call that we gave up is no evidence about gobgpd", () => {
  const error = Object.assign(new Error(), { code: status.CANCELLED, details: "", metadata: undefined as never });
  const failure = callFailed(error, { api: "x:1", method: "ListPath", ms: 1, givenUp: true });
  assert.deepEqual(
    [failure.kind, failure.message],
    ["cancelled", "ListPath to gobgpd at x:1 was interrupted before it was answered"],
  );
});

test("TLS files that are no use are named before anything is sent", () => {
  for (const tls of [
    { cert: Buffer.from("x") },
    { ca: Buffer.from("x"), cert: Buffer.from("x"), key: Buffer.from("x") },
  ])
    assert.throws(
      () => new Client("127.0.0.1:50051", tls, clock),
      (error) =>
        error instanceof CallFailed &&
        /^the TLS files of bgp\.gobgp cannot be used \(.*\); ca, cert/.test(error.message),
    );
});
