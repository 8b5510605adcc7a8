import { readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Address, Prefix } from "../core/address.ts";
import { messageOf } from "../core/errors.ts";
import type { Ownership } from "../core/ownership.ts";
import { OWNS_NOTHING } from "../core/ownership.ts";
import type { VirtualServiceKey } from "../core/service.ts";
import { StateFile } from "./state-file.ts";

const schema = z.strictObject({
  version: z.literal(1),
  /** Kernel objects are ours only in the namespace and boot that we made them in. */
  kernel: z.string(),
  owned: z.strictObject({
    links: z.array(z.string()),
    addresses: z.array(z.string()),
    virtualServices: z.array(z.string()),
    realServers: z.array(z.string()),
    // Ledgers from before it was remembered lack it.
    sysctls: z.array(z.string().regex(/^[a-z0-9_.]+=-?\d+$/)).default([]),
    prefixes: z.array(z.string()),
    peers: z.array(z.string()),
  }),
});

/** Where state is kept between lives. */
export interface Disk {
  /** The file at this path, which need not be there yet. */
  open(path: string): Pick<StateFile, "path" | "load" | "save">;
  /** Names this boot and network namespace. */
  kernelId(): Promise<string>;
}

/** The real one (proc(5): boot_id, ns/net). */
export const systemDisk: Disk = {
  open: (path) => new StateFile(path),
  kernelId: async () => {
    const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "unknown");
    return `${boot.trim()} ${await readlink("/proc/self/ns/net").catch(() => "unknown")}`;
  },
};

const CAREFUL = "starting carefully: only what is exactly as the config says is taken as ours";

/** What we own, on disk: written before anything is made, so that a crash cannot lose what was made. */
export class Ledger {
  readonly file: string;
  readonly #state: ReturnType<Disk["open"]>;
  /** Read once: a process changes neither its boot nor, here, its namespace, and every pass saves. */
  readonly #kernel: Promise<string>;

  constructor(directory: string, disk = systemDisk) {
    this.file = join(directory, "ledger.json");
    this.#state = disk.open(this.file);
    this.#kernel = disk.kernelId();
  }

  /** What an earlier process left, and a warning where the file cannot be used. `lost`: then, and where there is none, we own only what is exactly as wanted. */
  async load(): Promise<{ readonly owned: Ownership; readonly warning?: string; readonly lost?: true }> {
    let value: unknown;
    try {
      value = await this.#state.load();
    } catch (error) {
      return { owned: OWNS_NOTHING, warning: `ledger ${this.file} ${messageOf(error)}; ${CAREFUL}`, lost: true };
    }
    if (value === undefined) return { owned: OWNS_NOTHING, lost: true };
    const parsed = schema.safeParse(value);
    if (!parsed.success)
      return { owned: OWNS_NOTHING, warning: `ledger ${this.file} is of another version; ${CAREFUL}`, lost: true };
    const { owned, kernel } = parsed.data;
    const speakers = { prefixes: new Set(owned.prefixes as Prefix[]), peers: new Set(owned.peers as Address[]) };
    // After a reboot, or in another namespace, objects of these names are not the ones that we made.
    if (kernel !== (await this.#kernel)) return { owned: { ...OWNS_NOTHING, ...speakers } };
    return {
      owned: {
        links: new Set(owned.links),
        addresses: new Set(owned.addresses),
        virtualServices: new Set(owned.virtualServices as VirtualServiceKey[]),
        realServers: new Set(owned.realServers),
        sysctls: new Set(owned.sysctls),
        ...speakers,
      },
    };
  }

  /** As StateFile.save does it. */
  async save(owned: Ownership): Promise<void> {
    const sorted = Object.fromEntries(
      Object.entries(owned).map(([key, set]: [string, ReadonlySet<string>]) => [key, [...set].sort()]),
    );
    await this.#state.save({ version: 1, kernel: await this.#kernel, owned: sorted });
  }
}
