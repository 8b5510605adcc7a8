const BIRD = "no files are written and no BIRD is told; gobgpd is, over its API";
const LOG = "bgp-lb logs to stderr, and so to the journal: -log-level, -log-format";
const METRICS = "bgp-lb serves its metrics itself: -metrics-address";

/** What is said of an option of a service that is no key of the config. */
export const SERVICE_OPTIONS: Readonly<Record<string, string>> = {
  interface: "the VIP is bound to a dummy interface of the service's own (interface)",
  ip_check_disabled: "bgp-lb binds the VIP and repairs it; with -network-setup=false it does neither",
  custom_bird_reconfigure_cmd: BIRD,
  custom_bird_reconfigure_cmd_timeout: BIRD,
};

const DAEMON_OPTIONS: Readonly<Record<string, string>> = {
  pidfile: "systemd knows the process",
  ipv4: "the family is that of the VIP",
  ipv6: "the family is that of the VIP",
  bird_conf: BIRD,
  bird6_conf: BIRD,
  bird_variable: BIRD,
  bird6_variable: BIRD,
  bird_reconfigure_cmd: BIRD,
  bird6_reconfigure_cmd: BIRD,
  bird_keep_changes: BIRD,
  bird6_keep_changes: BIRD,
  bird_changes_counter: BIRD,
  bird6_changes_counter: BIRD,
  dummy_ip_prefix: "no list has to be kept from being empty",
  dummy_ip6_prefix: "no list has to be kept from being empty",
  purge_ip_prefixes: "what is ours stands in a ledger, and only that is taken back",
  splay_startup: "all begin at once",
  loglevel: LOG,
  log_file: LOG,
  log_maxbytes: LOG,
  log_backups: LOG,
  stderr_file: LOG,
  stderr_log_server: LOG,
  log_server: LOG,
  log_server_port: LOG,
  log_format_journalctl: "-log-format journal",
  json_stdout: "-log-format json",
  json_log_file: "-log-format json",
  json_log_server: "-log-format json",
  prometheus_exporter: METRICS,
  prometheus_collector_textfile_dir: METRICS,
  prometheus_exporter_interval: METRICS,
};

export const ANYCAST_DAEMON_OPTIONS: readonly string[] = Object.keys(DAEMON_OPTIONS);

/** What is said of a setting of [daemon], none of which has a key in the config. */
export function answerFor(key: string, value: string): string {
  return `${key} = ${value}: ${DAEMON_OPTIONS[key] ?? "not an option that is known here; left out"}`;
}
