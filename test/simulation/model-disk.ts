import type { Disk } from "../../src/daemon/ledger.ts";
import type { Process } from "./process.ts";

const DAMAGED = "damaged";

/** The state directory: its files outlive processes. */
export class ModelDisk {
  /** Every write is refused. */
  full = false;
  readonly #files = new Map<string, string>();

  /** The disk as one process has it. */
  for(process: Process): Disk {
    return {
      kernelId: () => Promise.resolve("one boot, one namespace"),
      open: (path) => {
        let written = "";
        return {
          path,
          load: async () => {
            await process.wait(0.2);
            const text = this.#files.get(path);
            if (text === DAMAGED) throw new Error("is damaged");
            return text === undefined ? undefined : JSON.parse(text);
          },
          save: async (value) => {
            const text = JSON.stringify(value);
            if (text === written && this.#files.get(path) === text) return;
            await process.wait(0.5);
            if (this.full) throw new Error("ENOSPC: no space left on device, write");
            this.#files.set(path, text);
            written = text;
          },
        };
      },
    };
  }

  damage(name: string): void {
    for (const path of this.#files.keys()) if (path.endsWith(name)) this.#files.set(path, DAMAGED);
  }

  lose(name: string): void {
    for (const path of this.#files.keys()) if (path.endsWith(name)) this.#files.delete(path);
  }
}
