import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { listen } from "./listen.ts";
import { probe } from "./probe.ts";

const line = (text: string) => `${text}\r\n`;
const PARTS = [
  line("HTTP/1.1 200 OK"),
  line("HTTP/1.1 204 No Content"),
  line("HTTP/1.0 500 No"),
  line("HTTP/1.1 302 Found"),
  line("HTTP/1.1 100 Continue"),
  line("HTTP/9.9 999 ?"),
  line("Location: http://[::1"),
  line("Location: gopher://x/"),
  line("Location: /"),
  line("Content-Length: 3"),
  line("Content-Length: -3"),
  line("Content-Length: 99999999999999999999"),
  line("Transfer-Encoding: chunked"),
  line("Content-Encoding: gzip"),
  line("Set-Cookie: \u0000"),
  line("zz"),
  line("0"),
  line(""),
  "ok",
];

// fault: backend-any-bytes
test("fuzz: whatever bytes a backend answers with, a probe is passing or failing with a line that is bounded; it never throws nor hangs", async (t) => {
  let answer = "";
  const port = await listen(
    t,
    createServer((socket) => socket.once("data", () => socket.end(Buffer.from(answer, "latin1")))),
  );
  const any = fc.oneof(
    fc.array(fc.constantFrom(...PARTS), { maxLength: 12 }).map((parts) => parts.join("")),
    fc.array(fc.constantFrom(...PARTS), { maxLength: 8 }).map((parts) => `HTTP/1.1 200 OK\r\n${parts.join("")}\r\nok`),
    fc.string({ unit: "binary" }),
  );
  let passed = 0;
  await fc.assert(
    fc.asyncProperty(any, async (text) => {
      answer = text;
      const result = await probe({ kind: "http", port, bodyMatch: "ok", path: "/" }, AbortSignal.timeout(5_000));
      if (result.ok) {
        passed++;
        assert.match(text, /HTTP\/1\.[01] 20[04]/, "what says no good status passes nothing");
      } else assert.ok(result.reason.length < 1_000 && !result.reason.includes("\n"), result.reason);
    }),
    { numRuns: 120 },
  );
  assert.ok(passed > 0, "some of them are good answers");
});
