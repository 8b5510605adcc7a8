import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { AdminClient } from "../../src/admin/client.ts";

// fault: admin-hangs
test("a controller that takes what is said and does not answer is told as that, and that it may still do it", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "bgp-lb-client-"));
  const path = join(directory, "admin.sock");
  const hung = createServer(() => undefined).listen(path);
  t.after(async () => {
    hung.close();
    await rm(directory, { recursive: true });
  });
  const client = new AdminClient(path, { read: 50, act: 100 });
  await assert.rejects(client.status(), /^ControllerUnreachable: .*: no answer within 0\.05 s$/);
  await assert.rejects(
    client.ask("drain", { services: ["web"], timeout: 1_000, by: "alice", reason: "" }),
    /: no answer within 0\.1 s; should it go on, it may still do this: see bgp-lb status$/,
  );
});
