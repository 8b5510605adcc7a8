import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Manifest {
  readonly version: string;
  readonly description: string;
}

/** The package's control file, by deb-control(5). `size`: KiB that it takes when installed. */
export function control(manifest: Manifest, architecture: string, size: number): string {
  return `Package: bgp-lb
Version: ${manifest.version}
Architecture: ${architecture}
Maintainer: bgp-lb maintainers <maintainers@bgp-lb.invalid>
Installed-Size: ${size}
Depends: libc6 (>= 2.28), libstdc++6, iproute2, ipvsadm, kmod, systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles
Recommends: gobgpd, iputils-ping
Section: net
Priority: optional
Description: node of a BGP-multipath load balancer
 Binds service addresses to a dummy interface, programs IPVS to carry their
 ports to the local service, and has gobgpd announce them to routers exactly
 while this host can serve them.
 .
 A second process, the guard, withdraws what a dead controller has announced.
 The package brings the Node that it was tested with.
`;
}

/** The changelog that Debian's policy asks of each package. */
export function changelog(version: string, epoch: number): string {
  const date = new Date(epoch * 1000).toUTCString().replace("GMT", "+0000");
  return `bgp-lb (${version}) unstable; urgency=medium

  * Built from the sources of bgp-lb ${version}; see their history.

 -- bgp-lb maintainers <maintainers@bgp-lb.invalid>  ${date}
`;
}

/** Who wrote what the package holds, and under which terms: ours, Node's, and those of each library in the bundle. */
export function copyright(root: string): string {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Readonly<
      Record<string, { readonly dev?: boolean; readonly version?: string; readonly license?: string }>
    >;
  };
  const parts = ["bgp-lb is under the MIT licence. The package also holds what follows, each with its own terms."];
  for (const [path, { dev, version, license }] of Object.entries(packages)) {
    if (path === "" || dev === true) continue;
    const name = path.replace(/^.*node_modules\//, "");
    const text = ["LICENSE", "LICENSE.md", "license", "LICENSE.txt", "license.md", "LICENCE"]
      .map((file) => join(root, path, file))
      .find((file) => existsSync(file));
    parts.push(
      `## ${name} ${version}: ${license ?? "see its sources"}\n\n${text === undefined ? "" : readFileSync(text, "utf8")}`,
    );
  }
  const [node] = nodeFiles(root);
  parts.push(`## Node\n\n${readFileSync(join(node, "LICENSE"), "utf8")}`);
  return `${parts.join("\n\n")}\n`;
}

/** The folder of the npm package that holds Node's program for this machine, and the program. */
export function nodeFiles(root: string): readonly [folder: string, program: string] {
  const folder = join(root, `node_modules/node/node_modules/node-linux-${process.arch}`);
  const program = join(root, "node_modules/node/bin/node");
  return [existsSync(folder) ? folder : join(root, `node_modules/node-linux-${process.arch}`), program];
}
