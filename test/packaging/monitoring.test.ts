import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { exposed } from "../support/exposed.ts";
import { ALERT_TESTS, ALERTS, DASHBOARD, filledIn } from "./dashboard.ts";

const LABELS = new Map(exposed().map(({ name, labels }) => [name, labels]));
const { groups } = parse(readFileSync(ALERTS, "utf8")) as {
  groups: { rules: { alert: string; expr: string; labels: { severity: string }; annotations: object }[] }[];
};
const RULES = groups.flatMap(({ rules }) => rules);
const OF_A_TARGET = ["job", "instance", "le"];

/** What an expression names of ours that the code does not have. */
function strange(expr: string): readonly string[] {
  return [...expr.matchAll(/\b(bgp_lb_\w+)(?:\{([^}]*)\})?/g)].flatMap(([, whole = "", matchers = ""]) => {
    const labels = LABELS.get(whole) ?? LABELS.get(whole.replace(/_(?:bucket|count|sum)$/, ""));
    if (labels === undefined) return [whole];
    const named = [...matchers.matchAll(/(\w+)\s*(?:=|!=)~?/g)].map(([, label = ""]) => label);
    return named
      .filter((label) => !labels.includes(label) && !OF_A_TARGET.includes(label))
      .map((label) => `${whole}: ${label}`);
  });
}

test("alerts and dashboard name metrics and labels that there are", () => {
  assert.deepEqual(
    RULES.flatMap(({ expr }) => strange(expr)),
    [],
  );
  const targets = DASHBOARD.panels.flatMap(({ targets = [] }) => targets);
  assert.deepEqual(
    targets.flatMap(({ expr }) => strange(expr)),
    [],
  );
  assert.ok(targets.length > 25);
});

test("every alert has words, a severity, and a unit test", () => {
  const tests = readFileSync(ALERT_TESTS, "utf8");
  for (const { alert, labels, annotations } of RULES) {
    assert.match(labels.severity, /^(?:page|ticket)$/, alert);
    assert.deepEqual(Object.keys(annotations), ["summary", "description"], alert);
    assert.match(tests, new RegExp(`alertname(?:: |="|=~"[\\w|]*)${alert}\\b`), `${alert} is not tested`);
  }
  assert.equal(new Set(RULES.map(({ alert }) => alert)).size, RULES.length);
});

test("each panel has its place, its data source by variable, and no unknown variable", () => {
  const taken = new Set<string>();
  const ids = new Set<number>();
  for (const { id, title, type, gridPos, datasource, targets = [] } of DASHBOARD.panels) {
    ids.add(id);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        assert.ok(!taken.has(`${x} ${y}`) && x < 24, `${title} lies over another`);
        taken.add(`${x} ${y}`);
      }
    if (type === "row") continue;
    assert.equal(datasource?.uid, ["$", "{datasource}"].join(""), title);
    assert.ok(targets.length > 0, title);
    for (const { expr } of targets) assert.doesNotMatch(filledIn(expr, "bgp-lb"), /\$/, title);
  }
  assert.equal(ids.size, DASHBOARD.panels.length);
});
