import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { hashSync } from "bcryptjs";
import { execa } from "execa";
import { scene } from "../daemon/scene.ts";
import { certificates } from "../health/certificates.ts";
import { freePort } from "../support/free-port.ts";
import { findGobgpd, gobgpdVersions } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";
import { ALERT_TESTS, ALERTS, DASHBOARD, filledIn } from "./dashboard.ts";

const JOB = "bgp-lb";

/** A real Prometheus that scrapes by TLS, with a password, twice a second. */
async function prometheus(t: TestContext, target: string, ca: string) {
  const folder = await mkdtemp(join(tmpdir(), "bgp-lb-prometheus-"));
  const port = await freePort("127.0.0.1");
  const config = {
    global: { scrape_interval: "500ms", evaluation_interval: "1s" },
    rule_files: [ALERTS],
    scrape_configs: [
      {
        job_name: JOB,
        scheme: "https",
        tls_config: { ca_file: ca },
        basic_auth: { username: "prom", password: "right" },
        static_configs: [{ targets: [target] }],
      },
    ],
  };
  // Its YAML takes JSON.
  await writeFile(join(folder, "prometheus.yml"), JSON.stringify(config));
  const flags = [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`];
  const child = spawn("prometheus", [...flags, `--web.listen-address=127.0.0.1:${port}`, "--log.level=error"]);
  t.after(async () => {
    child.kill("SIGKILL");
    await once(child, "close");
    await rm(folder, { recursive: true });
  });
  const ask = async (path: string) =>
    (await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)).json() as Promise<Answer>;
  await until("prometheus", () =>
    ask("query?query=1").then(
      ({ status }) => status === "success",
      () => false,
    ),
  );
  return { ask, query: (expr: string) => ask(`query?query=${encodeURIComponent(expr)}`) };
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly { readonly value: readonly [number, string] }[];
    readonly groups: readonly { readonly rules: readonly { readonly name: string; readonly health: string }[] }[];
  };
}

test("promtool finds the alerts well-formed, and each fires when it should and not else", async () => {
  await execa("promtool", ["check", "rules", ALERTS]);
  const { exitCode, all } = await execa("promtool", ["test", "rules", ALERT_TESTS], { all: true, reject: false });
  assert.equal(exitCode, 0, all);
});

test("a real Prometheus scrapes a real controller by TLS with a password; each panel has an answer, and each rule is evaluated", async (t) => {
  const found = await findGobgpd(gobgpdVersions().at(-1) ?? "3.10");
  if ("missing" in found) return t.skip(found.missing);
  const made = certificates(t);
  const tls = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n";
  const web = made.file("web.yml", `${tls}basic_auth_users:\n  prom: ${hashSync("right", 6)}\n`);
  const { controller, gobgpd, announced } = await scene(t);
  await gobgpd.start(found.binary);
  const address = `127.0.0.1:${await freePort("127.0.0.1")}`;
  controller.start(`-metrics-address=${address}`, `-metrics-web-config=${web}`);
  await announced();
  await controller.says(/is proven at/);
  const { ask, query } = await prometheus(t, address, made.ca);
  await until("three scrapes", async () => {
    const { data } = await query(`sum_over_time(up{job="${JOB}"}[1m])`);
    return Number(data.result[0]?.value[1]) >= 3;
  });
  // Without links and IPVS of our own, words of an operator, and anything that went wrong, these have nothing to show.
  const quiet = /^bgp_lb_(?:ipvs_(?!readable)|overrides|withdraw_seconds)/;
  for (const { title, targets = [] } of DASHBOARD.panels)
    for (const { expr } of targets) {
      const { status, error, data } = await query(filledIn(expr, JOB));
      assert.equal(status, "success", `${title}: ${expr}: ${error}`);
      const [metric = ""] = /bgp_lb_\w+/.exec(expr) ?? [];
      if (!quiet.test(metric) && !expr.includes('result="fail"'))
        assert.ok(data.result.length > 0, `${title}: nothing for ${filledIn(expr, JOB)}`);
    }
  const advertised = await query('bgp_lb_path_advertisement{prefix="10.88.2.1"}');
  assert.equal(advertised.data.result[0]?.value[1], "1");
  await until("the rules to be evaluated", async () => {
    const { data } = await ask("rules");
    const rules = data.groups.flatMap((group) => group.rules);
    return rules.length > 0 && rules.every(({ health }) => health === "ok");
  });
});
