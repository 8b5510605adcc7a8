import { type ChildProcess, spawn } from "node:child_process";
import { readlink } from "node:fs/promises";
import { type Command, type Output, type RunOptions, SystemCommand } from "../../src/dataplane/command.ts";
import { CommandError } from "../../src/dataplane/command-error.ts";

/** Runs programs in a network namespace of its own, so that a test never meets the machine's links, and counts them. */
export class NamespaceCommand implements Command {
  /** The argv of every program since the last `clear`. */
  readonly ran: string[] = [];
  readonly #system = new SystemCommand();
  readonly #holder: ChildProcess;
  readonly #prefix: readonly string[];

  private constructor(holder: ChildProcess, prefix: readonly string[]) {
    this.#holder = holder;
    this.#prefix = prefix;
  }

  /** Makes the namespace; needs root and util-linux. */
  static async create(): Promise<NamespaceCommand> {
    const holder = spawn("unshare", ["--net", "sleep", "infinity"], { stdio: "ignore" });
    const own = await readlink("/proc/self/ns/net");
    const namespace = `/proc/${holder.pid}/ns/net`;
    while ((await readlink(namespace)) === own) {
      if (holder.exitCode !== null) throw new Error("unshare --net failed: these tests need root");
      await new Promise((resolve) => setImmediate(resolve));
    }
    return new NamespaceCommand(holder, ["nsenter", `--net=${namespace}`, "--"]);
  }

  /** The same namespace as a user without privileges. */
  asNobody(): Command {
    const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"];
    return new NamespaceCommand(this.#holder, [...this.#prefix, ...nobody]);
  }

  run(argv: readonly string[], options?: RunOptions): Promise<Output> {
    this.ran.push(argv.join(" "));
    return this.#system.run([...this.#prefix, ...argv], options);
  }

  async read(path: string): Promise<string | undefined> {
    if (!path.startsWith("/proc/sys/"))
      return this.#system.read(path.replace("/proc/self/", `/proc/${this.#holder.pid}/`));
    // Whoever opens it sees the settings of its own namespace.
    const { code, stdout } = await this.#system.run([...this.#prefix, "cat", path]);
    return code === 0 ? stdout : undefined;
  }

  async write(path: string, text: string): Promise<void> {
    const { code, stderr } = await this.#system.run([...this.#prefix, "tee", path], { stdin: text });
    if (code !== 0) throw new CommandError(["write", path], stderr);
  }

  /** Runs lines of sh(1), all of which must succeed: what other programs do on the host. */
  async must(...lines: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.#system.run([...this.#prefix, "sh", "-ec", lines.join("\n")]);
    if (code !== 0) throw new Error(`${lines.join("; ")}: ${stderr}`);
    return stdout;
  }

  /** The namespace and everything in it goes with the process that holds it. */
  close(): void {
    this.#holder.kill("SIGKILL");
  }
}
