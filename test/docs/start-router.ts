import { existsSync } from "node:fs";
import { chown, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Namespace } from "../../lab/namespace.ts";
import { until } from "../support/until.ts";

const DOCS = new URL("../../docs/routers/", import.meta.url).pathname;
const FRR = "/usr/lib/frr";
export const PASSWORD = "s3cret-of-two";
/** As docs/routers.md has them. */
export const BIRD_TERMS = [`password "${PASSWORD}";`, "ttl security on;"];
export const FRR_TERMS = [`neighbor hosts password ${PASSWORD}`, "neighbor hosts ttl-security hops 1"];

/** Where a router runs, and how its programs are started. */
export interface Place {
  readonly folder: string;
  readonly router: Namespace;
  readonly start: (name: string, namespace: Namespace, argv: readonly string[]) => unknown;
  /** With a password and TTL security. */
  readonly signed: boolean;
}

/** Starts a router with the configuration that docs/routers.md shows. */
export function startRouter(kind: "bird" | "frr", place: Place): Promise<void> {
  return kind === "frr" ? startFrr(place) : startBird(place);
}

async function startBird({ folder, router, start, signed }: Place): Promise<void> {
  const shown = await readFile(join(DOCS, "bird.conf"), "utf8");
  await writeFile(
    join(folder, "bird.conf"),
    signed ? shown.replace("template bgp hosts {", `$&\n${BIRD_TERMS.join(" ")}`) : shown,
  );
  start("bird", router, [
    "bird",
    "-f",
    "-c",
    join(folder, "bird.conf"),
    "-s",
    `${folder}/bird.ctl`,
    "-P",
    `${folder}/pid`,
  ]);
  await until("BIRD's control socket", () => existsSync(`${folder}/bird.ctl`));
}

/** Debian's FRR, with its sockets in `folder` instead of /run/frr; the file goes in by vtysh, as an operator's does. */
async function startFrr({ folder, router, start, signed }: Place): Promise<void> {
  const [, , uid = "", gid = ""] = /^frr:.*$/m.exec(await readFile("/etc/passwd", "utf8"))?.[0].split(":") ?? [];
  await chown(folder, Number(uid), Number(gid));
  const common = ["--vty_socket", folder, "-z", `${folder}/zserv.api`, "-P", "0", "-f", "/dev/null"];
  start("zebra", router, [`${FRR}/zebra`, ...common, "-i", `${folder}/zebra.pid`]);
  await until("zebra's socket", () => existsSync(`${folder}/zserv.api`) && existsSync(`${folder}/zebra.vty`));
  start("bgpd", router, [`${FRR}/bgpd`, ...common, "-i", `${folder}/bgpd.pid`]);
  await until("bgpd's socket", () => existsSync(`${folder}/bgpd.vty`));
  await router.run(["vtysh", "--vty_socket", folder, "-f", join(DOCS, "frr.conf")]);
  if (!signed) return;
  const lines = ["configure terminal", "router bgp 65000", ...FRR_TERMS].flatMap((line) => ["-c", line]);
  await router.run(["vtysh", "--vty_socket", folder, ...lines]);
}
