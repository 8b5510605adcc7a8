import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";
import type { StatusDocument } from "../../src/admin/api.ts";
import { eventLines } from "../../src/cli/events-text.ts";
import { gobgpLine } from "../../src/cli/gobgp-line.ts";
import { statusText } from "../../src/cli/status-text.ts";
import { statusOf, troubleFirst } from "../../src/cli/subject.ts";
import { frame } from "../../src/cli/watch-screen.ts";
import type { Chain } from "../../src/cli/why-chain.ts";
import { chains } from "../../src/cli/why-chain.ts";
import { whyText } from "../../src/cli/why-text.ts";
import { WELL } from "./documents.ts";
import { EVENTS } from "./entries.ts";
import { TROUBLE } from "./troubled.ts";

const PIPE = { columns: undefined, colour: false };
const NARROW = { columns: 80, colour: false };
const WIDE = { columns: 200, colour: true };

/** Compares with what was looked at and found good; UPDATE_GOLDEN=1 takes it as it is now. */
async function golden(name: string, texts: readonly (readonly string[])[]): Promise<void> {
  const file = new URL(`../golden/${name}`, import.meta.url);
  const text = texts.map((lines) => `${lines.join("\n")}\n`).join("----\n");
  if (process.env["UPDATE_GOLDEN"] === "1") await writeFile(file, text);
  assert.equal(text, await readFile(file, "utf8"));
}

const json = (value: unknown) => JSON.stringify(value, undefined, 2).split("\n");

test("status of a host that is well and of one in trouble, in a pipe, narrow, wide and in colours", async () => {
  const looks = [PIPE, NARROW, WIDE];
  await golden(
    "status.txt",
    [WELL, TROUBLE].flatMap((found) => looks.map((look) => statusText(found, look))),
  );
});

test("why, for each kind of broken link, narrow, wide and as JSON", async () => {
  const all = chains(TROUBLE, EVENTS);
  const lately = EVENTS.slice(6, 9);
  await golden("why.txt", [
    whyText(chains(WELL, EVENTS), [], NARROW),
    whyText(all, lately, NARROW),
    whyText(all, lately, WIDE),
    json({ chains: chains(statusOf(TROUBLE, "dns"), EVENTS), events: lately }),
  ]);
});

test("events in a pipe, narrow, wide and in colours", async () => {
  await golden(
    "events.txt",
    [PIPE, NARROW, WIDE].map((look) => eventLines(EVENTS, look)),
  );
});

test("the JSON of status and events, as programs read it", async () => {
  await golden("status-and-events.json.txt", [json(TROUBLE), EVENTS.map((event) => JSON.stringify(event))]);
});

test("no line is longer than the terminal, and a terminal of any width shows every word", () => {
  const words = (lines: readonly string[]) => lines.join(" ").replace(/\s+/g, "");
  for (const columns of [60, 80, 100, 132, 200]) {
    const look = { columns, colour: false };
    for (const print of [
      (at: typeof PIPE | typeof look) => statusText(TROUBLE, at),
      (at: typeof PIPE | typeof look) => whyText(chains(TROUBLE, EVENTS), EVENTS, at),
      (at: typeof PIPE | typeof look) => eventLines(EVENTS, at),
    ]) {
      const lines = print(look);
      assert.equal(words(lines), words(print(PIPE)));
      // Columns that are never broken need their room.
      if (columns >= 80)
        assert.deepEqual(
          lines.filter((line) => line.length > columns),
          [],
        );
    }
  }
});

test("a status of one service, or of one VIP, has what belongs to it; another name is refused with the one that was meant", () => {
  const names = ({ services, announcements, virtualServices }: StatusDocument) => [
    services.map(({ name }) => name),
    announcements.map(({ prefix }) => prefix),
    virtualServices.map(({ key }) => key),
  ];
  const web = [["web"], ["10.88.2.1/32"], ["tcp 10.88.2.1:80"]];
  for (const word of ["web", "10.88.2.1", "10.88.2.1/32"]) assert.deepEqual(names(statusOf(TROUBLE, word)), web);
  assert.deepEqual(names(statusOf(TROUBLE, undefined)), names(TROUBLE));
  assert.throws(() => statusOf(TROUBLE, "wbe"), /Refused: there is no service and no VIP "wbe": did you mean web\?/);
  assert.throws(() => statusOf(TROUBLE, "10.9.9.9"), /Refused: .*the services are web, dns, shop, mail, ntp/);
});

test("a picture of the watch fits the terminal, begins with what is in trouble, and counts what it leaves out", () => {
  const lines = statusText(troubleFirst(TROUBLE), NARROW);
  const picture = frame(lines, "now", 24, NARROW);
  const shown = picture.split("\r\n");
  assert.equal(shown.length, 24);
  const last = `... ${lines.length - 21} more lines: bgp-lb status SERVICE`;
  assert.ok(shown.at(-1)?.startsWith(last), shown.at(-1));
  // Each line clears its own rest: nothing is wiped before it is drawn anew.
  assert.ok(shown.every((line) => line.endsWith("\u001b[K") || line === shown.at(-1)));
  assert.ok(!picture.includes("\u001b[2J"));
  const order = troubleFirst({ ...TROUBLE, announcements: [...WELL.announcements, ...TROUBLE.announcements] });
  assert.equal(order.announcements.at(-1), WELL.announcements[0]);
  assert.deepEqual(order.services.map(({ name }) => name).slice(0, 2), ["dns", "ntp"]);
});

test("gobgp is told where this gobgpd is", () => {
  assert.equal(gobgpLine("127.0.0.1:50051", "neighbor"), "gobgp neighbor");
  assert.equal(gobgpLine("127.0.0.1:50052", "neighbor"), "gobgp -p 50052 neighbor");
  assert.equal(gobgpLine("[2001:db8::1]:50051", "neighbor"), "gobgp -u 2001:db8::1 neighbor");
  assert.equal(gobgpLine("unix:///run/g.sock", "global rib"), "gobgp --target unix:///run/g.sock global rib");
});

/** The first broken link of the only VIP, and what to do. */
function broken(found: StatusDocument): string {
  const [chain] = chains(found, EVENTS) as [Chain];
  return `${chain.broken?.state} ${chain.broken?.link}: ${chain.broken?.remedy}`;
}

test("the first broken link is named where it is, with its own remedy", () => {
  const vip = WELL.announcements[0] as StatusDocument["announcements"][number];
  const web = WELL.services[0] as StatusDocument["services"][number];
  const of = (over: Partial<typeof vip>, more: Partial<StatusDocument> = {}) =>
    broken({ ...WELL, announcements: [{ ...vip, ...over }], ...more });
  const said = {
    by: "alice",
    reason: "",
    since: "2026-01-01T00:00:00Z",
    until: undefined,
    words: "forced down by alice",
  };
  const forced = { services: [{ ...web, override: { ...said, word: "down" as const } }] };
  const held = { want: "withdraw", state: "withdrawn", peers: [] } as const;
  assert.equal(broken(WELL), "undefined undefined: undefined");
  assert.equal(of(held, forced), "broken policy: to take it back: bgp-lb undrain web");
  assert.equal(of({ ...held, reason: "this controller is stopping" }), "broken policy: start bgp-lb again");
  const unread = { state: "pending", dataplane: { state: "unread", lacks: [] }, peers: [] } as const;
  assert.match(of(unread), /^broken dataplane: the log says which command failed/);
  const taken = { state: "pending", dataplane: { state: "broken", lacks: ["x"] }, peers: [] } as const;
  const failing = Object.fromEntries(["add link web", "mark web", "set web up", "bind web"].map((one) => [one, "no"]));
  assert.equal(
    of(taken, { failing }),
    "broken dataplane: a step fails, and is tried again: add link web: no; mark web: no; and 2 more, see bgp-lb status",
  );
  const conflict = "link web is not ours: it has no alias bgp-lb";
  assert.equal(of(taken, { conflicts: [conflict, "link eth1 is not ours"] }), `broken dataplane: ${conflict}`);
  assert.match(of(taken), /^broken dataplane: it is put back with the next pass; if it stays so, something else/);
  assert.match(of({ state: "unknown", peers: [] }, { speakerUp: false }), /^broken gobgpd: is gobgpd running/);
  const doubt = { ...WELL, speakerUp: false, announcements: [{ ...vip, state: "unknown" as const, peers: [] }] };
  assert.equal(
    whyText(chains(doubt, EVENTS), [], PIPE)[0],
    "Whether 10.88.2.1/32 (web) is announced is not known. The first link that is broken: gobgpd.",
  );
  assert.match(of({ state: "pending", peers: [] }), /^waiting gobgpd: it is tried again by itself/);
  const rejected = { failing: { "announce 10.88.2.1/32 next hop 10.88.0.200": "its table does not show it" } };
  assert.match(
    of({ state: "pending", peers: [] }, rejected),
    /^broken gobgpd: it is tried again by itself; a step fails, and is tried again: announce 10\.88\.2\.1\/32/,
  );
  const altered = { ...WELL, announcements: [{ ...vip, state: "altered" as const, reason: "gobgpd has MED 7" }] };
  assert.match(broken(altered), /^broken gobgpd: correct what changes it, .*gobgp.* global policy$/);
  assert.equal(
    whyText(chains(altered, EVENTS), [], PIPE)[0],
    "10.88.2.1/32 (web) is announced, at 2 of 2 peers. The first link that is broken: gobgpd.",
  );
  assert.match(
    of({ state: "lingering", want: "withdraw" }, forced),
    /^broken gobgpd: it is withdrawn with the next pass/,
  );
  assert.match(
    of({}, { peers: [] }),
    /^broken peer: add one to bgp.peers, or to gobgpd's own config where bgp.mode is shared$/,
  );
  const stuck = { ...vip.peers[0], state: "stuck", reason: "it hangs" } as (typeof vip.peers)[number];
  assert.match(
    of({ peers: [stuck] }, { peers: WELL.peers.slice(0, 1) }),
    /^broken peer: look at the way to 10\.88\.0\.253/,
  );
  const silent = { ...vip.peers[0], state: "no session", reason: "" } as (typeof vip.peers)[number];
  const [router] = WELL.peers as [(typeof WELL.peers)[number]];
  const terms = (more: object) => of({ peers: [silent] }, { peers: [{ ...router, ...more }] });
  assert.match(terms({}), /^broken peer: .* AS 65512 as its own and no password \(TCP-MD5\), and whether TCP port 179/);
  assert.match(terms({ signed: true }), /as its own and the password of its passwordFile here \(TCP-MD5\), and/);
  assert.match(terms({ ttlSecurity: 1 }), /no password \(TCP-MD5\), TTL security as well, and/);
  // Announced although a check fails: the check's word does not count.
  const sick = {
    ...web,
    verdict: "down" as const,
    checks: [{ ...web.checks[0], verdict: "down" } as (typeof web.checks)[number]],
  };
  assert.equal(of({}, { services: [sick] }), "undefined undefined: undefined");
});
