import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { run } from "../../lab/command.ts";
import { until } from "../../lab/patience.ts";

export interface JournalLine {
  /** By syslog(3): 3 error, 4 warning, 6 information. */
  readonly priority: number;
  readonly text: string;
}

/** A unit of the running systemd, as systemctl(1) and journalctl(1) show it. */
export class Unit {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  /** Resolves when the job is done, as systemctl does; throws with its words. */
  async do(verb: "start" | "stop" | "restart" | "reload", ...options: readonly string[]): Promise<void> {
    await run(["systemctl", ...options, verb, this.name]);
  }

  async kill(signal: string): Promise<void> {
    await run(["systemctl", "kill", "--kill-whom=main", `--signal=${signal}`, this.name]);
  }

  /** The memory that all of the unit's processes may have together, e.g. `8M`; what they have beyond it already costs one its life. */
  async limitMemory(limit: string): Promise<void> {
    await run(["systemctl", "set-property", "--runtime", this.name, `MemoryMax=${limit}`]);
  }

  /** Properties by systemctl-show(1). */
  async show(...names: readonly string[]): Promise<Readonly<Record<string, string>>> {
    const text = await run(["systemctl", "show", `--property=${names.join(",")}`, this.name]);
    return Object.fromEntries(
      text
        .split("\n")
        .filter(Boolean)
        .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
  }

  async property(name: string): Promise<string> {
    return (await this.show(name))[name] ?? "";
  }

  /** Waits until all of these properties are as said. */
  async becomes(wanted: Readonly<Record<string, string | RegExp>>): Promise<void> {
    let seen: Readonly<Record<string, string>> = {};
    const fits = ([name, value]: [string, string | RegExp]) =>
      typeof value === "string" ? seen[name] === value : value.test(seen[name] ?? "");
    await until(
      `${this.name} has ${Object.entries(wanted).join("; ")}`,
      async () => {
        seen = await this.show(...Object.keys(wanted));
        return Object.entries(wanted).every(fits);
      },
      { seconds: 20, seen: () => seen },
    );
  }

  /** What the processes of the unit have said so far; not what systemd says about it. */
  async journal(): Promise<readonly JournalLine[]> {
    const text = await run(["journalctl", "--output=json", "--quiet", `_SYSTEMD_UNIT=${this.name}.service`]);
    return text
      .split("\n")
      .filter(Boolean)
      .map((line) => {
        const { PRIORITY, MESSAGE } = JSON.parse(line) as { readonly PRIORITY: string; readonly MESSAGE: string };
        return { priority: Number(PRIORITY), text: MESSAGE };
      });
  }

  /** Waits for a line that matches, after the first `since` ones. */
  said(what: RegExp, since: number): Promise<JournalLine> {
    let lines: readonly JournalLine[] = [];
    return until(
      `${this.name} says ${what}`,
      async () => {
        lines = (await this.journal()).slice(since);
        return lines.find(({ text }) => what.test(text));
      },
      { seconds: 20, seen: () => lines },
    );
  }

  /** Gives the unit these lines beside its own, until the next boot at most; undefined takes them away. */
  async dropIn(lines: string | undefined): Promise<void> {
    const folder = `/run/systemd/system/${this.name}.service.d`;
    await rm(folder, { recursive: true, force: true });
    if (lines !== undefined) {
      await mkdir(folder, { recursive: true });
      await writeFile(`${folder}/test.conf`, lines);
    }
    await run(["systemctl", "daemon-reload"]);
  }

  /** The capability sets of the main process: `CapEff` and the like, in hex without leading zeros. */
  async capabilities(): Promise<Readonly<Record<string, string>>> {
    const status = await readFile(`/proc/${await this.property("MainPID")}/status`, "utf8");
    return Object.fromEntries(
      [...status.matchAll(/^(Cap\w+):\t0*(\w+)$/gm)].map(([, name = "", hex = ""]) => [name, hex]),
    );
  }
}
