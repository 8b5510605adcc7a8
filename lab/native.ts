import { spawnSync } from "node:child_process";

export type Native = { readonly native: true } | { readonly native: false; readonly reason: string };

/**
 * What the lab and the system tests do with the kernel, done once in namespaces of its own, which end with it. It tries instead of asking:
 * lsmod and `modprobe -n` know nothing of built-in modules, and a container may list a module that it may not load.
 */
const TRIAL = `
set -e
mount -t tmpfs tmpfs /run/netns 2>/dev/null || { mkdir -p /run/netns && mount -t tmpfs tmpfs /run/netns; }
ip link add try0 type dummy
ip link add try1 type bridge
ip netns add inner
ip link add try2 type veth peer name eth0 netns inner
ip addr add 192.0.2.1/24 dev try2
ip link set try2 up
ip addr add 203.0.113.1/32 dev try0
ip -6 addr add 2001:db8::1/128 dev try0 nodad
ip link set try0 up
ip route add 203.0.113.2/32 nexthop via 192.0.2.2 nexthop via 192.0.2.3
ipvsadm -A -t 203.0.113.1:80 -s rr
ipvsadm -A -t '[2001:db8::1]:80' -s wlc
ipvsadm -Ln | grep -q 203.0.113.1
nsenter --net=/run/netns/inner ip link add try0 type dummy
nsenter --net=/run/netns/inner ipvsadm -A -t 203.0.113.1:80 -s rr
`;

/** Can this machine's own kernel, with this user's rights, run the lab in network namespaces? Takes well under a second. */
export function checkNative(): Native {
  if (process.getuid?.() !== 0) return { native: false, reason: "not root" };
  const result = spawnSync("unshare", ["--net", "--mount", "sh", "-c", TRIAL], {
    encoding: "utf8",
    timeout: 30_000,
    env: { ...process.env, LC_ALL: "C", PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` },
  });
  if (result.status === 0) return { native: true };
  return { native: false, reason: result.stderr?.trim().split("\n")[0] || result.error?.message || "no reason given" };
}

if (import.meta.main) {
  const answer = checkNative();
  console.log(answer.native ? "native" : answer.reason);
  process.exitCode = answer.native ? 0 : 1;
}
