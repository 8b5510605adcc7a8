import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

const CACHE = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "bgp-lb/roots");
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A layer of its own over the cached root, in memory; `$1` the cached root, `$2` a folder of the host that is /deb in it. */
const ENTER = `
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /mnt; mkdir /mnt/upper /mnt/work /mnt/debian
mount -t overlay overlay -o lowerdir="$1",upperdir=/mnt/upper,workdir=/mnt/work /mnt/debian
mkdir /mnt/debian/deb; mount --bind "$2" /mnt/debian/deb
mount -t proc proc /mnt/debian/proc; mount --rbind /dev /mnt/debian/dev; mount -t tmpfs tmpfs /mnt/debian/run
ip link set lo up
echo ready; exec sleep infinity
`;

export interface Answer {
  readonly code: number | undefined;
  readonly said: string;
}

/** A clean Debian, in namespaces that end with it: what is done in it is gone afterwards. */
export class DebianRoot {
  readonly #holder: ChildProcess;
  readonly #pid: string;

  private constructor(holder: ChildProcess, pid: string) {
    this.#holder = holder;
    this.#pid = pid;
  }

  /** Why there is none of this suite; undefined: there is. */
  static obstacle(suite: string): string | undefined {
    if (process.getuid?.() !== 0) return "needs root, for a mount namespace";
    return existsSync(join(CACHE, suite)) ? undefined : `the set-up has made no root of Debian ${suite}`;
  }

  /** `folder` is /deb in it. */
  static async enter(suite: string, folder: string): Promise<DebianRoot> {
    const namespaces = ["--mount", "--pid", "--net", "--fork", "--kill-child"];
    const holder = spawn("unshare", [...namespaces, "sh", "-c", ENTER, "sh", join(CACHE, suite), folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise<void>((ready, failed) => {
      holder.stdout?.once("data", () => ready());
      holder.once("exit", (code) =>
        failed(new Error(`the root of Debian ${suite} could not be entered: exit code ${code}`)),
      );
    });
    return new DebianRoot(holder, (await readFile(`/proc/${holder.pid}/task/${holder.pid}/children`, "utf8")).trim());
  }

  /** Runs a command line of sh in it, and answers what both streams said. */
  async sh(line: string): Promise<Answer> {
    const enter = ["-t", this.#pid, "--mount", "--pid", "--net", "chroot", "/mnt/debian", "env", "-i", `PATH=${PATH}`];
    const { exitCode, all } = await execa(
      "nsenter",
      [...enter, "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive", "sh", "-c", line],
      {
        reject: false,
        all: true,
      },
    );
    return { code: exitCode, said: all };
  }

  /** The same, for what has to go well; throws with its words where it does not. */
  async do(line: string): Promise<string> {
    const { code, said } = await this.sh(line);
    if (code !== 0) throw new Error(`${line}: exit code ${code}\n${said}`);
    return said;
  }

  async write(path: string, text: string, mode = "644"): Promise<void> {
    const file = join("/proc", String(this.#pid), "root", "mnt/debian", path);
    await writeFile(file, text);
    await this.do(`chmod ${mode} ${path}`);
  }

  /** Every file and folder but those of dpkg, logs and caches: kind, mode, owner, path, and of files in /etc a sum. */
  async files(): Promise<readonly string[]> {
    const skip = ["/proc", "/dev", "/sys", "/run", "/tmp", "/deb", "/var/lib/dpkg", "/var/log", "/var/cache"];
    const prune = skip.map((path) => `-path ${path}`).join(" -o ");
    const list = await this.do(`find / \\( ${prune} \\) -prune -o -printf '%M %u:%g %p %l\\n'`);
    const sums = await this.do("find /etc -type f -exec md5sum {} +");
    return [...list.split("\n"), ...sums.split("\n")].sort();
  }

  async leave(): Promise<void> {
    const gone = new Promise((resolve) => this.#holder.once("exit", resolve));
    // unshare ignores SIGTERM; its death ends all of it.
    this.#holder.kill("SIGKILL");
    await gone;
  }
}
