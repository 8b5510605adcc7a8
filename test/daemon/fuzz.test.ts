import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { parseAddress } from "../../src/core/address.ts";
import { derive } from "../../src/core/desired.ts";
import { forecast } from "../../src/core/forecast.ts";
import { Lines, readToController, readToGuard, writeMessage } from "../../src/daemon/guard-protocol.ts";
import { GuardState } from "../../src/daemon/guard-state.ts";
import type { Disk } from "../../src/daemon/ledger.ts";
import { Ledger } from "../../src/daemon/ledger.ts";
import { askHolder } from "../../src/daemon/lock.ts";
import { OverrideStore } from "../../src/daemon/overrides.ts";
import { StateFile } from "../../src/daemon/state-file.ts";
import { VirtualClock } from "../support/clock.ts";
import { health, intent, service } from "../support/world.ts";

let directory = "";
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "bgp-lb-fuzz-"));
});
after(() => rm(directory, { recursive: true }));

const LEDGER = {
  version: 1,
  kernel: "here",
  owned: {
    links: ["web"],
    addresses: ["web 10.88.2.1/32"],
    virtualServices: ["tcp 10.88.2.1:80"],
    realServers: ["tcp 10.88.2.1:80 10.88.0.200:8080"],
    sysctls: ["net.ipv4.vs.conn_reuse_mode=0"],
    prefixes: ["10.88.2.1/32"],
    peers: ["10.88.0.253"],
  },
};
const OVERRIDES = {
  version: 1,
  overrides: [
    { service: "web", by: "ann", reason: "", since: "2026-01-02T03:04:05Z", word: "drain", regardless: false },
  ],
};
const HOLD = {
  kind: "hold",
  terms: { term: 5000, onLost: "withdraw", handover: 60_000 },
  prefixes: ["10.88.2.1/32"],
  gobgp: { address: "127.0.0.1:50051" },
} as const;

/** JSON of anything, and of what we write with one of its values replaced. */
const bent = (real: unknown): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.jsonValue(),
    fc
      .tuple(fc.nat(), fc.oneof(fc.jsonValue(), fc.constantFrom("", "0.0.0.0/0", "../../x=1", -1, 1e300, [], {}, null)))
      .map(([at, put]) => {
        let seen = 0;
        const leaves = JSON.stringify(real).match(/[[{:,](?=["\d\w[{])/g)?.length ?? 1;
        return JSON.parse(JSON.stringify(real), (_, value: unknown) =>
          seen++ === at % leaves ? put : value,
        ) as unknown;
      }),
  );

const disk = (value: unknown): Disk => ({
  open: (path) => ({ path, load: () => Promise.resolve(value), save: () => Promise.resolve() }),
  kernelId: () => Promise.resolve("here"),
});

// fault: ledger-nonsense
test("fuzz: a ledger of any content, with a checksum that is right, is what it says or a warning; no op is made for what it does not name", async () => {
  const wanted = derive(intent([service("web", ["10.88.2.1"])]), health({ web: "up" }), "gone", true);
  await fc.assert(
    fc.asyncProperty(bent(LEDGER), async (value) => {
      const { owned, warning } = await new Ledger(directory, disk(value)).load();
      const names = [...owned.links, ...owned.addresses, ...owned.virtualServices, ...owned.prefixes, ...owned.sysctls];
      if (warning !== undefined) assert.deepEqual(names, []);
      for (const name of names) assert.ok(JSON.stringify(value).includes(JSON.stringify(name)));
      const link = {
        name: "eth0",
        kind: "",
        alias: "",
        up: true,
        addresses: [{ address: parseAddress("192.0.2.1") ?? assert.fail(), prefixLength: 24, usable: true }],
      };
      const sysctls = new Map([["net.ipv4.ip_forward", "1"]]);
      const kernel = { links: new Map([["eth0", link]]), virtualServices: new Map(), sysctls };
      assert.deepEqual(forecast(wanted, { kernel, speaker: "absent" }, owned), []);
    }),
    { numRuns: 300 },
  );
});

test("fuzz: a state file of any bytes is refused, unless its checksum is right and it is JSON", async () => {
  const path = join(directory, "state.json");
  const sealed = (body: string) => `${createHash("sha256").update(body).digest("hex")}\n${body}`;
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.string({ unit: "binary" }), fc.string().map(sealed), fc.json().map(sealed)),
      async (text) => {
        await writeFile(path, text);
        const body = text.slice(text.indexOf("\n") + 1);
        await new StateFile(path).load().then(
          (value) => assert.deepEqual(value, JSON.parse(body)),
          (error: unknown) => assert.ok(error instanceof Error),
        );
        if (text !== sealed(body)) await assert.rejects(new StateFile(path).load(), /is damaged/);
      },
    ),
    { numRuns: 60 },
  );
});

// fault: overrides-nonsense
test("fuzz: overrides of any content are words that can be, or a warning and none", async () => {
  await fc.assert(
    fc.asyncProperty(bent(OVERRIDES), async (value) => {
      const clock = new VirtualClock(1_000);
      const { overrides, warning } = await new OverrideStore(directory, clock, disk(value)).load();
      if (warning !== undefined) assert.equal(overrides.size, 0);
      for (const { word, deadline } of overrides.values()) {
        assert.ok(["drain", "up", "down"].includes(word));
        assert.ok(deadline >= 1_000, `${deadline}`);
      }
    }),
    { numRuns: 300 },
  );
});

// fault: lease-nonsense
test("fuzz: the guard's line: what is cut into any pieces is a message or nothing, and what it holds can be withdrawn", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        bent(HOLD).map((one) => JSON.stringify(one)),
        fc.string(),
      ),
      fc.nat({ max: 300 }),
      (text, cut) => {
        const lines = new Lines();
        const whole = [text.slice(0, cut), `${text.slice(cut)}\n`, writeMessage({ kind: "renew" })];
        const read = whole.flatMap((chunk) => lines.take(chunk)).map(readToGuard);
        assert.deepEqual(read.at(-1), { kind: "renew" }, "what comes after nonsense is read");
        for (const message of read)
          if (message?.kind === "hold")
            for (const prefix of message.prefixes) assert.match(prefix, /^[0-9a-f.:]+\/[1-9]\d*$/);
        const answer = readToController(text);
        assert.ok(answer === undefined || typeof answer.acted === "boolean");
      },
    ),
    { numRuns: 500 },
  );
});

test("fuzz: what a guard finds on its disk is a hold or a warning", async () => {
  const state = new GuardState(directory);
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string({ unit: "binary" }),
        bent(HOLD).map((one) => JSON.stringify(one) ?? ""),
      ),
      async (text) => {
        await writeFile(state.file, text);
        const { hold, warning } = await state.load();
        assert.ok((hold === undefined) !== (warning === undefined));
      },
    ),
    { numRuns: 60 },
  );
});

test("fuzz: who holds the lock and answers nonsense is a holder or silent", async () => {
  const name = `bgp-lb-fuzz-${process.pid}`;
  let answer = "";
  const server = createServer((client) => client.end(answer)).listen(`\0${name}`);
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string(),
        bent({ pid: 1, config: "x", condition: { ready: true } }).map((one) => JSON.stringify(one)),
      ),
      async (text) => {
        answer = text;
        const holder = await askHolder(name);
        assert.ok(holder === "silent" || (typeof holder === "object" && typeof holder.condition.line === "string"));
      },
    ),
    { numRuns: 40 },
  );
  server.close();
});
