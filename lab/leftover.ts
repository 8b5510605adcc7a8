import { statSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Namespace } from "./namespace.ts";

/**
 * Where a lab keeps its files. One lab at a time for each mount namespace, because it is there that network namespaces have their names; the
 * system tests bring their own. On a tmpfs, so that nothing is left after a reboot.
 */
export const DIRECTORY = `/run/bgp-lb-lab-${statSync("/proc/self/ns/mnt").ino}`;

/** Makes room for a lab: refuses while another one runs, and removes what a killed one left behind. Answers whether there was something. */
export async function claim(): Promise<boolean> {
  const owner = Number(await readFile(join(DIRECTORY, "pid"), "utf8").catch(() => ""));
  if (owner > 0 && owner !== process.pid && (await isLab(owner)))
    throw new Error(`another lab runs on this machine (process ${owner}); end it first`);
  const left = await remove();
  await mkdir(DIRECTORY, { recursive: true });
  await writeFile(join(DIRECTORY, "pid"), `${process.pid}\n`);
  return left;
}

/** Kills every process in a lab's namespaces and removes these and the state directory. Answers whether there was something. */
export async function remove(): Promise<boolean> {
  const namespaces = await Namespace.list();
  await Promise.all(namespaces.map((namespace) => namespace.destroy()));
  await rm(DIRECTORY, { recursive: true, force: true });
  return namespaces.length > 0;
}

async function isLab(pid: number): Promise<boolean> {
  const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return /\bnode\b/.test(line) && /lab|test/.test(line);
}
