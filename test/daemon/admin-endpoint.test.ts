import assert from "node:assert/strict";
import { test } from "node:test";
import type { AdminActions } from "../../src/admin/api.ts";
import { serveAdmin } from "../../src/daemon/admin-endpoint.ts";
import { endpointParts } from "../support/endpoint-parts.ts";

test("a path that no socket can have is told as that", async () => {
  const parts = endpointParts();
  const socket = `/tmp/${"x".repeat(110)}/admin.sock`;
  const endpoint = await serveAdmin({ socket, group: undefined }, {} as AdminActions, parts);
  await endpoint?.close();
  assert.match(parts.lines.join(), /the path of a socket has at most 107 bytes; set -admin-socket/);
});
