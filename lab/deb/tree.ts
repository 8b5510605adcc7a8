import { chmod, copyFile, cp, lstat, lutimes, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { bashScript } from "../../src/cli/completion-bash.ts";
import { fishScript } from "../../src/cli/completion-fish.ts";
import { zshScript } from "../../src/cli/completion-zsh.ts";
import { commandTree } from "../../src/cli/program.ts";
import { bundleMain } from "../bundle-main.ts";
import { debianUnit, UNITS } from "./units.ts";
import { changelog, copyright, nodeFiles } from "./words.ts";

/** Puts all that the package installs below `target`, as it will lie below /; dist/ has to be built. */
export async function stageTree(root: string, target: string, version: string, epoch: number): Promise<void> {
  const put = async (path: string, content: string | Buffer, mode = 0o644) => {
    await mkdir(dirname(join(target, path)), { recursive: true });
    await writeFile(join(target, path), content);
    await chmod(join(target, path), mode);
  };
  const source = (path: string) => readFile(join(root, path));
  const lib = join(target, "usr/lib/bgp-lb");
  const main = await bundleMain(lib);
  const manifest = JSON.parse(String(await source("package.json"))) as object;
  await put("usr/lib/bgp-lb/package.json", `${JSON.stringify({ ...manifest, version }, undefined, 2)}\n`);
  await mkdir(join(lib, "bin"));
  await copyFile(nodeFiles(root)[1], join(lib, "bin/node"));
  await writeFile(main, (await readFile(main, "utf8")).replace(/^#!.*/, "#!/usr/lib/bgp-lb/bin/node"));
  for (const program of [main, join(lib, "bin/node")]) await chmod(program, 0o755);
  await mkdir(join(target, "usr/bin"), { recursive: true });
  await symlink("../lib/bgp-lb/dist/bundle/main.mjs", join(target, "usr/bin/bgp-lb"));

  for (const unit of UNITS) {
    const { name, text } = debianUnit(root, unit);
    await put(`usr/lib/systemd/system/${name}`, text);
  }
  await put("usr/lib/sysusers.d/bgp-lb.conf", await source("packaging/systemd/bgp-lb.sysusers.conf"));
  await put("usr/lib/tmpfiles.d/bgp-lb.conf", await source("packaging/debian/tmpfiles.conf"));
  await put("etc/default/bgp-lb", await source("packaging/debian/default"));
  for (const file of ["config-example.json", "config-schema.json"])
    await put(`usr/share/bgp-lb/${file}`, await source(file));
  await put("usr/share/man/man8/bgp-lb.8.gz", zip(await source("packaging/man/bgp-lb.8")));
  const tree = commandTree();
  await put("usr/share/bash-completion/completions/bgp-lb", bashScript(tree));
  await put("usr/share/zsh/vendor-completions/_bgp-lb", zshScript(tree));
  await put("usr/share/fish/vendor_completions.d/bgp-lb.fish", fishScript(tree));
  for (const file of ["prometheus/alerts.yml", "grafana/bgp-lb.json"])
    await put(`usr/share/bgp-lb/${file}`, await source(`packaging/${file}`));
  await put("usr/share/lintian/overrides/bgp-lb", await source("packaging/debian/lintian-overrides"));
  const doc = "usr/share/doc/bgp-lb";
  await put(`${doc}/copyright`, copyright(root));
  await put(`${doc}/changelog.gz`, zip(changelog(version, epoch)));
  await put(`${doc}/README.md`, await source("README.md"));
  await cp(join(root, "docs"), join(target, doc, "docs"), { recursive: true });
}

/** Gives each file and folder the modes that they have on any machine, and this time: a build is the same each time. Answers the KiB. */
export async function settle(folder: string, epoch: number): Promise<number> {
  let size = 0;
  for (const entry of (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) size += await settle(path, epoch);
    else if (entry.isFile()) {
      const { mode, size: bytes } = await lstat(path);
      await chmod(path, (mode & 0o111) !== 0 ? 0o755 : 0o644);
      size += Math.ceil(bytes / 1024);
    }
    if (!entry.isDirectory()) await lutimes(path, epoch, epoch);
  }
  await chmod(folder, 0o755);
  await lutimes(folder, epoch, epoch);
  return size + 1;
}

/** As `gzip -9n`: no name and no time in it. */
function zip(content: string | Buffer): Buffer {
  return gzipSync(content, { level: 9 });
}
