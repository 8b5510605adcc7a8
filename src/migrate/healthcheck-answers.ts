const LOG = "bgp-lb logs to stderr, and so to the journal: -log-level, -log-format";
const IDENTITY = "bgp-lb runs as the user of its unit";
const AS_PATH = "the AS path cannot be set";
const CHANGE = "no commands are run on a change; watch bgp_lb_announced in the metrics, or the log";
const WHILE_DOWN = "what is down is withdrawn, always";

/** What is said of an option of ExaBGP's healthcheck that has no equal, or whose equal is no key of the config. */
export const ANSWERS: Readonly<Record<string, string>> = {
  silent: LOG,
  "syslog-facility": LOG,
  "no-syslog": LOG,
  debug: "-log-level debug",
  "no-ack": "there is no pipe to acknowledge; gobgpd answers each call",
  sudo: "bgp-lb sets addresses itself, with CAP_NET_ADMIN",
  pid: "systemd knows the process",
  user: IDENTITY,
  group: IDENTITY,
  disable:
    "is a check that fails while the file is there; the service is then withdrawn, and bgp-lb drain SERVICE does it with a warning to the routers",
  "ip-ifname": "VIPs are bound to a dummy interface of the service's own (interface), never to another",
  "deaggregate-networks": "each address is a VIP",
  "no-ip-setup": "start bgp-lb with -network-setup=false",
  "dynamic-ip-setup": "an address stays bound while its service is down, for the packets that still come",
  label: "addresses have no label; the link has the name of the service",
  "label-exact-match": "addresses have no label",
  "start-ip": "the order of VIPs has no meaning, as all of a service have one MED",
  "down-metric": WHILE_DOWN,
  "disabled-metric": `${WHILE_DOWN}; a drain makes the MED worse first`,
  "extended-community": "extended communities cannot be sent",
  "disabled-community": "a drain sends GRACEFUL_SHUTDOWN (RFC 8326)",
  "as-path": AS_PATH,
  "up-as-path": AS_PATH,
  "down-as-path": WHILE_DOWN,
  "disabled-as-path": WHILE_DOWN,
  "path-id": "gobgpd numbers the paths",
  neighbor: "every peer gets every VIP",
  execute: CHANGE,
  "up-execute": CHANGE,
  "down-execute": CHANGE,
  "disabled-execute": CHANGE,
};
