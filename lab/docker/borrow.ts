import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../command.ts";
import { STORE } from "./store.ts";

/**
 * A store for a second engine that has the images of the first one without loading them, which would take minutes under emulation: the
 * layers are only pointed to, what is written stays in memory. Answers its folder; `giveBack` it.
 */
export async function borrowStore(): Promise<string> {
  const folder = await mkdtemp("/run/bgp-lb-store-");
  await run(["mount", "-t", "tmpfs", "-o", "size=1g", "tmpfs", folder]);
  await cp(join(STORE, "image"), join(folder, "image"), { recursive: true });
  // Of containers that the first engine has or had.
  await rm(join(folder, "image/overlay2/layerdb/mounts"), { recursive: true, force: true });
  await mkdir(join(folder, "overlay2"));
  await cp(join(STORE, "overlay2/l"), join(folder, "overlay2/l"), { recursive: true, verbatimSymlinks: true });
  const layers = (await readdir(join(STORE, "overlay2"))).filter((name) => name !== "l" && !name.endsWith("-init"));
  for (const layer of layers) await symlink(join(STORE, "overlay2", layer), join(folder, "overlay2", layer));
  await needCgroups();
  return folder;
}

export async function giveBack(folder: string): Promise<void> {
  await run(["umount", "--lazy", folder]);
  await rm(folder, { recursive: true });
  await rm(`${folder}.lock`, { force: true });
}

/** The guest kernel has them, but nobody there has mounted them. */
async function needCgroups(): Promise<void> {
  if (existsSync("/sys/fs/cgroup/cgroup.procs") || existsSync("/sys/fs/cgroup/memory")) return;
  await run(["mount", "-t", "cgroup2", "cgroup2", "/sys/fs/cgroup"]);
}
