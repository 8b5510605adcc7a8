import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf } from "../core/errors.ts";

/** One JSON value on disk that survives a crash at any moment: a checksum, then the value. For its owner only. */
export class StateFile {
  readonly path: string;
  #written = "";
  #stamped = "";
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.path = path;
  }

  /** The value that was saved, not validated yet; undefined where there is none. Throws an Error that says what is wrong with the file. */
  async load(): Promise<unknown> {
    let text: string;
    try {
      text = await readFile(this.path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw new Error(`cannot be read (${messageOf(error)})`);
    }
    const newline = text.indexOf("\n");
    const body = text.slice(newline + 1);
    if (text.slice(0, newline) !== checksum(body)) throw new Error("is damaged");
    return JSON.parse(body);
  }

  /** Replaces the file in one step (rename(2)), one write after the other; nothing is written where nothing changed, here or there. Throws where the disk refuses. */
  save(value: unknown): Promise<void> {
    const body = JSON.stringify(value);
    const turn = this.#writing.then(() => this.#write(body));
    this.#writing = turn.catch(() => undefined);
    return turn;
  }

  async #write(body: string): Promise<void> {
    if (body === this.#written && (await this.#stamp()) === this.#stamped) return;
    await mkdir(dirname(this.path), { recursive: true, mode: 0o750 });
    const temporary = `${this.path}.new`;
    const file = await open(temporary, "w", 0o600);
    try {
      await file.writeFile(`${checksum(body)}\n${body}`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.path);
    this.#written = body;
    this.#stamped = await this.#stamp();
  }

  /** Tells the file that was written from one that somebody has damaged or put in its place; empty where there is none. */
  async #stamp(): Promise<string> {
    try {
      const { ino, size, mtimeNs } = await stat(this.path, { bigint: true });
      return `${ino} ${size} ${mtimeNs}`;
    } catch {
      return "";
    }
  }
}

function checksum(body: string): string {
  return createHash("sha256").update(body).digest("hex");
}
