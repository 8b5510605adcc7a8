import { createHash } from "node:crypto";
import { mkdir, open, readFile, readlink, rename } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Address, Prefix } from "../core/address.ts";
import { messageOf } from "../core/errors.ts";
import type { Ownership } from "../core/ownership.ts";
import { OWNS_NOTHING } from "../core/ownership.ts";
import type { VirtualServiceKey } from "../core/service.ts";

const schema = z.strictObject({
  version: z.literal(1),
  /** Kernel objects are ours only in the namespace and boot that we made them in. */
  kernel: z.string(),
  owned: z.strictObject({
    links: z.array(z.string()),
    addresses: z.array(z.string()),
    virtualServices: z.array(z.string()),
    realServers: z.array(z.string()),
    prefixes: z.array(z.string()),
    peers: z.array(z.string()),
  }),
});

/** What we own, on disk: written before anything is made, so that a crash cannot lose what was made. */
export class Ledger {
  readonly file: string;
  readonly #directory: string;
  /** Read once: a process changes neither its boot nor, here, its namespace, and every pass saves. */
  readonly #kernel = kernelId();
  #written = "";

  constructor(directory: string) {
    this.#directory = directory;
    this.file = join(directory, "ledger.json");
  }

  /** What an earlier process left, and a warning where the file cannot be used: then we own only what is exactly as wanted. */
  async load(): Promise<{ readonly owned: Ownership; readonly warning?: string }> {
    const careful = "starting carefully: only what is exactly as the config says is taken as ours";
    let text: string;
    try {
      text = await readFile(this.file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return { owned: OWNS_NOTHING };
      return { owned: OWNS_NOTHING, warning: `ledger ${this.file} cannot be read (${messageOf(error)}); ${careful}` };
    }
    const newline = text.indexOf("\n");
    const body = text.slice(newline + 1);
    if (text.slice(0, newline) !== checksum(body)) {
      return { owned: OWNS_NOTHING, warning: `ledger ${this.file} is damaged; ${careful}` };
    }
    const parsed = schema.safeParse(JSON.parse(body));
    if (!parsed.success)
      return { owned: OWNS_NOTHING, warning: `ledger ${this.file} is of another version; ${careful}` };
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
        ...speakers,
      },
    };
  }

  /** Replaces the file in one step (rename(2)); nothing is written where nothing changed. Throws where the disk refuses. */
  async save(owned: Ownership): Promise<void> {
    const sorted = Object.fromEntries(
      Object.entries(owned).map(([key, set]: [string, ReadonlySet<string>]) => [key, [...set].sort()]),
    );
    const body = JSON.stringify({ version: 1, kernel: await this.#kernel, owned: sorted });
    if (body === this.#written) return;
    await mkdir(this.#directory, { recursive: true, mode: 0o750 });
    const temporary = `${this.file}.new`;
    const file = await open(temporary, "w", 0o600);
    try {
      await file.writeFile(`${checksum(body)}\n${body}`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.file);
    this.#written = body;
  }
}

function checksum(body: string): string {
  return createHash("sha256").update(body).digest("hex");
}

/** Names this boot and network namespace (proc(5): boot_id, ns/net). */
async function kernelId(): Promise<string> {
  const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "unknown");
  return `${boot.trim()} ${await readlink("/proc/self/ns/net").catch(() => "unknown")}`;
}
