import type { ExitName } from "./exit.ts";
import { EXIT } from "./exit.ts";

/** What help, the man page and docs/commands.md tell of a command beside its flags. */
export interface Note {
  /** Command lines, each with what it is for. */
  readonly examples: readonly (readonly [line: string, purpose: string])[];
  /** The exit codes that it can end with, and what each means here. */
  readonly codes: Readonly<Partial<Record<ExitName, string>>>;
}

const USAGE = "flags or config cannot be used; nothing was changed";
const UNREACHABLE = "no controller can be asked at the admin socket, or this user may not";
const NO_SUBJECT = "there is no such service or VIP";
const NO_SERVICE = "no such service, or there is nothing to do; it says why";

/** By the command's name; a test holds that each command has one. */
export const NOTES: Readonly<Record<string, Note>> = {
  run: {
    examples: [
      ["bgp-lb -config /etc/bgp-lb/config.json -ipvs-setup", "as the original was started"],
      ["bgp-lb run -log-level debug -metrics-address 127.0.0.1:8081", "say more, and serve metrics to this host only"],
    ],
    codes: {
      ok: "left in order",
      failed: "something is left behind, or a fault of its own; the log says what",
      usage: USAGE,
    },
  },
  check: {
    examples: [["bgp-lb check -config new.json > /dev/null", "only tell whether the file can be used"]],
    codes: { ok: "the config can be used", usage: "it cannot; every problem of it is told" },
  },
  plan: {
    examples: [
      ["bgp-lb plan -config new.json", "what a reload of this file would touch"],
      ["bgp-lb plan -ipvs-setup", "before the first start, with the flags of the controller"],
    ],
    codes: {
      ok: "printed",
      failed: "something could not be looked at",
      usage: USAGE,
      unreachable: "a controller runs here, and cannot be asked; it says why",
      refused: "the controller is still starting",
    },
  },
  cleanup: {
    examples: [["bgp-lb cleanup -ipvs-setup", "after a controller that was killed for good"]],
    codes: { ok: "nothing of ours is left", failed: "something could not be removed; it says what", usage: USAGE },
  },
  guard: {
    examples: [["bgp-lb guard -guard-socket /run/bgp-lb-guard/guard.sock", "beside the controller, as another user"]],
    codes: {
      ok: "ended by SIGTERM or SIGINT",
      failed: "the socket cannot be opened, or another guard has it",
      usage: USAGE,
    },
  },
  health: {
    examples: [["bgp-lb health || systemctl status bgp-lb", "in scripts and as a container's health check"]],
    codes: {
      ok: "ready and at work; with -guard: it listens and could act",
      failed: "none runs here, or it is starting, leaving or stalled; with -guard: it could not act, or has had to",
      usage: USAGE,
    },
  },
  status: {
    examples: [
      ["bgp-lb status", "for people"],
      ["bgp-lb status -watch", "on the whole terminal, each second anew; q ends it"],
      ["bgp-lb status -json | jq .announcements", "for programs"],
    ],
    codes: { ok: "printed", usage: USAGE, unreachable: UNREACHABLE, refused: NO_SUBJECT },
  },
  why: {
    examples: [
      ["bgp-lb why web", "each link from the probes to the peers, and what to do at the first that is broken"],
      ["bgp-lb why 10.88.2.1 -json | jq '.chains[].broken'", "the same of a VIP, for programs"],
    ],
    codes: {
      ok: "announced, and every peer has it; or a link only waits",
      failed: "a link is broken; it says which, and what to do",
      usage: USAGE,
      unreachable: UNREACHABLE,
      refused: NO_SUBJECT,
    },
  },
  events: {
    examples: [
      ["bgp-lb events -since 1h web", "what happened to a service in the last hour"],
      ["bgp-lb events -follow -json", "each change as it comes, for programs"],
    ],
    codes: { ok: "printed, or ended by Ctrl-C", usage: USAGE, unreachable: UNREACHABLE, refused: NO_SUBJECT },
  },
  drain: {
    examples: [
      ['bgp-lb drain web -wait -reason "kernel update"', "move traffic away, and wait until it is"],
      ["bgp-lb drain -all -timeout 10m", "the whole host, within ten minutes"],
    ],
    codes: {
      ok: "it drains; with -wait: it is drained",
      failed: "with -wait: somebody took the drain back, or the service out of the config",
      usage: USAGE,
      unreachable: UNREACHABLE,
      refused: NO_SERVICE,
      interrupted: "Ctrl-C ended the waiting, not the drain",
    },
  },
  undrain: {
    examples: [["bgp-lb undrain -all", "the host serves again"]],
    codes: { ok: "taken back", usage: USAGE, unreachable: UNREACHABLE, refused: NO_SERVICE },
  },
  force: {
    examples: [
      ['bgp-lb force up web -for 10m -reason "the check is wrong"', "announce although checks fail"],
      ["bgp-lb force down web", "withdraw although they pass"],
    ],
    codes: { ok: "said", usage: USAGE, unreachable: UNREACHABLE, refused: NO_SERVICE },
  },
  reload: {
    examples: [["bgp-lb check && bgp-lb reload", "after an edit of the config"]],
    codes: {
      ok: "the new config is in force",
      usage: "the new config cannot be used; the one before stays",
      unreachable: UNREACHABLE,
      refused: "it would reset or end BGP sessions that stand, or not now; it says why",
    },
  },
  doctor: {
    examples: [
      ["bgp-lb doctor", "before anything is configured"],
      ["bgp-lb doctor -ipvs-setup -config /etc/bgp-lb/config.json", "with the flags of the controller"],
      ["bgp-lb doctor -json | jq '.findings[] | select(.verdict != \"ok\")'", "for programs"],
    ],
    codes: { ok: "no line is fail", failed: "at least one is", usage: USAGE },
  },
  completion: {
    examples: [
      [
        "source <(bgp-lb completion bash)",
        "in this bash; for all: write it to /usr/share/bash-completion/completions/bgp-lb",
      ],
      ["bgp-lb completion zsh > /usr/local/share/zsh/site-functions/_bgp-lb", "zsh"],
      ["bgp-lb completion fish > ~/.config/fish/completions/bgp-lb.fish", "fish"],
    ],
    codes: { ok: "printed", usage: "which shell?" },
  },
  import: {
    examples: [
      ["bgp-lb import exabgp /etc/exabgp/exabgp.conf > config.json", "from ExaBGP's healthcheck"],
      ["bgp-lb import anycast-healthchecker /etc/anycast-healthchecker.d > config.json", "from anycast-healthchecker"],
    ],
    codes: {
      ok: "printed, and it can be used as it is",
      failed: "printed, and something has to be written into it first; stderr says what",
      usage: "a file cannot be read or understood; nothing is printed",
    },
  },
  version: { examples: [["bgp-lb version", "for a bug report"]], codes: { ok: "printed" } },
};

/** What stands below the flags in a command's help. */
export function helpOf(more: string, note: Note | undefined): string {
  if (note === undefined) return more;
  const examples = note.examples.flatMap(([line, purpose]) => [`  # ${purpose}`, `  ${line}`]);
  return [...(more === "" ? [] : [more, ""]), "Examples:", ...examples, "", "Exit codes:", exitLines(note.codes)].join(
    "\n",
  );
}

/** A line for each code, in the order of their numbers. */
export function exitLines(codes: Note["codes"]): string {
  return exitRows(codes)
    .map(([code, means]) => `  ${String(code).padEnd(3)}  ${means}`)
    .join("\n");
}

export function exitRows(codes: Note["codes"]): readonly (readonly [code: number, means: string])[] {
  const rows = Object.entries(codes).map(([name, means]) => [EXIT[name as ExitName], means] as const);
  return rows.sort(([a], [b]) => a - b);
}
