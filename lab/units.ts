import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { blocksOf } from "./page-blocks.ts";

const PAGE = fileURLToPath(new URL("../docs/systemd.md", import.meta.url));

/** The first block of this language in docs/systemd.md. */
function block(language: string): string {
  const found = blocksOf(readFileSync(PAGE, "utf8")).find((one) => one.language === language);
  if (found === undefined) throw new Error(`${PAGE} has no block of ${language}`);
  return found.text;
}

/** The commands from a packed tarball to a running unit, as docs/systemd.md has them: the lines of its first block. */
export function documentedCommands(): readonly string[] {
  return block("sh").split("\n").filter(Boolean);
}

/** The drop-in for checks by ping, as docs/systemd.md has it. */
export function documentedPingDropIn(): string {
  return block("ini");
}

/**
 * Puts around a guest's command line what needs the network or a machine that is not emulated: packs this tree, for npm and for Debian (both
 * are then in /opt/pack), and runs the documented commands of npm. The /opt that they fill is a tmpfs of a mount namespace of their own, so this machine's stays as it is; the guest's root file system is
 * what its qemu sees, and so it has that /opt.
 */
export function withPackageInOpt(argv: readonly string[]): readonly string[] {
  const npm = documentedCommands().filter((command) => command.startsWith("npm "));
  const unshare = ["unshare", "--mount", ...(process.getuid?.() === 0 ? [] : ["--map-root-user"])];
  return [...unshare, "sh", "-euc", PREPARE, npm.join("\n"), ...argv];
}

const PREPARE = `
mount -t tmpfs tmpfs /opt
mkdir /opt/pack
(
  lab=$PWD/lab
  npm pack --pack-destination /opt/pack
  cd /opt/pack
  node "$lab/package.ts"
  sh -euc "$0"
) > /opt/pack/log 2>&1 ||
  { cat /opt/pack/log >&2; exit 1; }
exec "$@"
`;
