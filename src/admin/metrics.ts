import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { splitPrefix } from "../core/address.ts";
import type { Verdict } from "../core/health.ts";
import type { RepairKind } from "../core/mended.ts";
import { REPAIR_KINDS } from "../core/mended.ts";
import type { Op } from "../core/op.ts";
import type { Status } from "../core/status.ts";
import { ANNOUNCEMENT_STATES, hasPath } from "../core/status.ts";
import { FailoverMetrics } from "./failover-metrics.ts";
import { PeerMetrics } from "./peer-metrics.ts";

const VERDICTS = ["unknown", "up", "down"] as const satisfies readonly Verdict[];
const SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

/** Everything that Prometheus is told, in the names of the original and the exporter conventions (base units, `_total`). */
export class Metrics {
  readonly registry = new Registry();
  readonly failover = new FailoverMetrics(this.registry);
  /** Brings up to date what is only read when somebody asks. Must not throw. */
  refresh: () => Promise<void> = () => Promise.resolve();
  readonly #peers = new PeerMetrics(this.registry);
  readonly #registers = [this.registry];
  readonly #advertised = new Gauge({
    name: "bgp_lb_path_advertisement",
    help: "1 while the path is proven to have arrived at a peer or, where that cannot be proven, sent to one; else 0.",
    labelNames: ["prefix", "prefix_length", "next_hop"],
    registers: this.#registers,
  });
  readonly #checkUp = new Gauge({
    name: "bgp_lb_check_up",
    help: "1 while the check is up after rise and fall, 0 while it is down or has no verdict yet.",
    labelNames: ["service", "check"],
    registers: this.#registers,
  });
  readonly #checkStale = new Gauge({
    name: "bgp_lb_check_stale",
    help: "1 while the check's verdict is stale: no result for three intervals and the time that a probe may take.",
    labelNames: ["service", "check"],
    registers: this.#registers,
  });
  readonly #probes = new Counter({
    name: "bgp_lb_probes_total",
    help: "Probes that were run, by result.",
    labelNames: ["service", "check", "result"],
    registers: this.#registers,
  });
  readonly #probeSeconds = new Histogram({
    name: "bgp_lb_probe_duration_seconds",
    help: "Time that a probe took.",
    labelNames: ["service", "check"],
    buckets: SECONDS,
    registers: this.#registers,
  });
  readonly #transitions = new Counter({
    name: "bgp_lb_health_transitions_total",
    help: "Changes of a service's health, by what it came to be: up, down or unknown.",
    labelNames: ["service", "to"],
    registers: this.#registers,
  });
  readonly #gobgp = new Gauge({
    name: "bgp_lb_gobgp_up",
    help: "1 while gobgpd answers and can be driven.",
    registers: this.#registers,
  });
  readonly #ops = new Counter({
    name: "bgp_lb_ops_total",
    help: "Steps of change in the kernel and in gobgpd, by kind and result.",
    labelNames: ["op", "result"],
    registers: this.#registers,
  });
  readonly #failing = new Gauge({
    name: "bgp_lb_failing_ops",
    help: "Steps of change that failed and wait for their next try.",
    registers: this.#registers,
  });
  readonly #failingParts = new Gauge({
    name: "bgp_lb_failing_parts",
    help: "Parts of the controller that do not work, as its journal, its state directory or a port of it; bgp-lb status names them.",
    registers: this.#registers,
  });
  readonly #conflicts = new Gauge({
    name: "bgp_lb_conflicts",
    help: "Things in the kernel or gobgpd that stand in the way and are not ours.",
    registers: this.#registers,
  });
  readonly #guarded = new Gauge({
    name: "bgp_lb_lease_guarded",
    help: "1 while a guard holds the lease and would withdraw should this controller die.",
    registers: this.#registers,
  });
  readonly #leasesEnded = new Counter({
    name: "bgp_lb_lease_expirations_total",
    help: "Times that the guard has withdrawn our VIPs because it did not hear from this controller.",
    registers: this.#registers,
  });
  readonly #brokenPasses = new Counter({
    name: "bgp_lb_passes_broken_total",
    help: "Passes that ended in a fault of bgp-lb itself.",
    registers: this.#registers,
  });
  readonly #passSeconds = new Histogram({
    name: "bgp_lb_pass_duration_seconds",
    help: "Time that a pass over kernel and gobgpd took; its count is the number of passes.",
    buckets: SECONDS,
    registers: this.#registers,
  });

  readonly #announcements = new Gauge({
    name: "bgp_lb_announcements",
    help: "VIPs by the state of their announcement; proven: a peer has acknowledged all that was written to it with the path.",
    labelNames: ["state"],
    registers: this.#registers,
  });
  readonly #proofsLost = new Counter({
    name: "bgp_lb_proofs_lost_total",
    help: "Proofs that were lost while the path was wanted, each of one path at one peer: it vanished from gobgpd, or the session ended.",
    registers: this.#registers,
  });

  readonly #repairs = new Counter({
    name: "bgp_lb_repairs_total",
    help: "Things that others had removed or changed and that were put back, by kind.",
    labelNames: ["kind"],
    registers: this.#registers,
  });

  readonly #reinjections = new Counter({
    name: "bgp_lb_reinjections_total",
    help: "Paths that gobgpd had lost, by a restart or through others, and that were announced to it again.",
    registers: this.#registers,
  });

  constructor(version: string) {
    collectDefaultMetrics({ register: this.registry });
    new Gauge({
      name: "bgp_lb_build_info",
      help: "Always 1; the version is the label.",
      labelNames: ["version"],
      registers: this.#registers,
    }).set({ version }, 1);
    // A counter that begins with its first repair hides that one from increase().
    for (const kind of REPAIR_KINDS) this.#repairs.inc({ kind }, 0);
  }

  probe(service: string, check: string, verdict: Verdict, ok: boolean, milliseconds: number): void {
    this.#checkUp.set({ service, check }, verdict === "up" ? 1 : 0);
    this.#probes.inc({ service, check, result: ok ? "pass" : "fail" });
    this.#probeSeconds.observe({ service, check }, milliseconds / 1000);
  }

  transition(service: string, to: Verdict): void {
    this.#transitions.inc({ service, to });
  }

  /** A service that is not in the config any more. */
  forgetService(service: string): void {
    for (const to of VERDICTS) this.#transitions.remove({ service, to });
  }

  leaseEnded(): void {
    this.#leasesEnded.inc();
  }

  guarded(held: boolean): void {
    this.#guarded.set(held ? 1 : 0);
  }

  stale(service: string, check: string, stale: boolean): void {
    this.#checkStale.set({ service, check }, stale ? 1 : 0);
  }

  /** A check that is no longer run: a gauge that stays would tell of it for ever. */
  forget(service: string, check: string): void {
    this.#checkUp.remove({ service, check });
    this.#checkStale.remove({ service, check });
    this.#probeSeconds.remove({ service, check });
    for (const result of ["pass", "fail"]) this.#probes.remove({ service, check, result });
  }

  op(op: Op, ok: boolean): void {
    this.#ops.inc({ op: op.kind, result: ok ? "ok" : "error" });
  }

  repair(kind: RepairKind): void {
    this.#repairs.inc({ kind });
  }

  reinjection(): void {
    this.#reinjections.inc();
  }

  brokenPass(): void {
    this.#brokenPasses.inc();
  }

  pass(milliseconds: number): void {
    this.#passSeconds.observe(milliseconds / 1000);
  }

  /** `proofsLost`: since the start. `failingParts`: how many. */
  status(
    status: Status,
    { proofsLost, failingParts }: { readonly proofsLost: number; readonly failingParts: number },
  ): void {
    this.#failingParts.set(failingParts);
    this.#proofsLost.reset();
    this.#proofsLost.inc(proofsLost);
    this.#gobgp.set(status.speakerUp ? 1 : 0);
    this.#failing.set(status.failing.size);
    this.#conflicts.set(status.conflicts.length);
    this.#peers.status(status);
    for (const state of ANNOUNCEMENT_STATES)
      this.#announcements.set({ state }, status.announcements.filter((one) => one.state === state).length);
    this.#advertised.reset();
    for (const { prefix, nextHop, peers } of status.announcements) {
      const { address, length } = splitPrefix(prefix);
      this.#advertised.set({ prefix: address, prefix_length: length, next_hop: nextHop }, peers.some(hasPath) ? 1 : 0);
    }
  }
}
