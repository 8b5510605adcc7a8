import { mkdir, open, readFile, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../core/errors.ts";
import type { HoldMessage } from "./guard-protocol.ts";
import { holdSchema } from "./guard-protocol.ts";

/** What the guard watches, on disk: a guard that is restarted while the controller is dead has nobody else to ask. */
export class GuardState {
  readonly file: string;
  readonly #directory: string;
  #writing: Promise<void> = Promise.resolve();

  constructor(directory: string) {
    this.#directory = directory;
    this.file = join(directory, "hold.json");
  }

  /** The last hold, and a warning where the file cannot be used. */
  async load(): Promise<{ readonly hold?: HoldMessage; readonly warning?: string }> {
    try {
      const parsed = holdSchema.safeParse(JSON.parse(await readFile(this.file, "utf8")));
      if (parsed.success) return { hold: parsed.data };
      return { warning: `${this.file} is damaged or of another version; waiting for the controller` };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
      return { warning: `${this.file} cannot be used (${messageOf(error)}); waiting for the controller` };
    }
  }

  /** Replaces the file in one step (rename(2)), or removes it; one write after the other. Throws where the disk refuses. */
  save(hold: HoldMessage | undefined): Promise<void> {
    const turn = this.#writing.then(() => this.#save(hold));
    this.#writing = turn.catch(() => undefined);
    return turn;
  }

  async #save(hold: HoldMessage | undefined): Promise<void> {
    if (hold === undefined) {
      await unlink(this.file).catch(() => undefined);
      return;
    }
    await mkdir(this.#directory, { recursive: true, mode: 0o750 });
    const temporary = `${this.file}.new`;
    const file = await open(temporary, "w", 0o600);
    try {
      await file.writeFile(JSON.stringify(hold));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.file);
  }
}
