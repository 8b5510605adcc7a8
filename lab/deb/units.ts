import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Where a unit of the Debian package is another than the one of packaging/systemd: the place of the program, and that Debian has a gobgpd.service of its own. */
const CHANGES: Readonly<Record<string, readonly (readonly [RegExp, string])[]>> = {
  "bgp-lb.service": [
    [/^# A Node that was installed .*\nEnvironment=PATH=.*\n/m, ""],
    [/\/opt\/bgp-lb\/bin\/bgp-lb/g, "/usr/bin/bgp-lb"],
    // Whose gobgpd it is, the operator says by enabling one; both come before the controller.
    [/^(Wants=.*) gobgpd\.service/m, "$1"],
    [/^(After=.*gobgpd\.service)/m, "$1 bgp-lb-gobgpd.service"],
  ],
  "bgp-lb-guard.service": [
    [/^Environment=PATH=.*\n/m, ""],
    [/\/opt\/bgp-lb\/bin\/bgp-lb/g, "/usr/bin/bgp-lb"],
    [/^(After=.*gobgpd\.service)/m, "$1 bgp-lb-gobgpd.service"],
  ],
  "gobgpd.service": [
    [
      /^# It takes the place of Debian's unit.*\n/m,
      "# Debian's own gobgpd.service wants /etc/gobgpd.conf, and passes flags (--syslog) that 4.x does not know. One of the two runs.\n",
    ],
    [/^(After=network\.target)$/m, "$1\nConflicts=gobgpd.service"],
  ],
};

/** The unit of the Debian package, by the name it has there. Throws where packaging/systemd no longer has what is to be changed. */
export function debianUnit(root: string, source: string): { readonly name: string; readonly text: string } {
  let text = readFileSync(join(root, "packaging/systemd", source), "utf8");
  for (const [pattern, replacement] of CHANGES[source] ?? []) {
    const changed = text.replace(pattern, replacement);
    if (changed === text)
      throw new Error(`packaging/systemd/${source} has no ${pattern}: change lab/deb/units.ts with it`);
    text = changed;
  }
  return { name: source === "gobgpd.service" ? "bgp-lb-gobgpd.service" : source, text };
}

export const UNITS = Object.keys(CHANGES);
