import { run } from "../lab/command.ts";
import { SLOW } from "../lab/patience.ts";
import type { Address } from "../src/core/address.ts";
import type { KernelOp } from "../src/core/op.ts";
import type { RealServer, VirtualService } from "../src/core/service.ts";
import { SystemCommand } from "../src/dataplane/command.ts";
import { LinuxKernel } from "../src/dataplane/kernel.ts";
import type { Bench } from "./bench.ts";
import type { Row } from "./row.ts";
import { inTurn, timed } from "./samples.ts";
import { versionOf } from "./version.ts";

const VIPS = 1000;
/** Of each kind, for the baseline; its time is multiplied up to all of them. */
const CALLS = 100;
const SAMPLES = SLOW > 1 ? 3 : 7;
const LINK = "bench0";
const SERVER: RealServer = { address: "192.0.2.10" as Address, port: 8080, weight: 1, forwarding: "masquerade" };
const ADDRESSES = Array.from({ length: VIPS }, (_, i) => `10.88.${i >> 8}.${i & 255}` as Address);

const target = "kernel";
const BIND = ADDRESSES.map(
  (address): KernelOp => ({ target, kind: "address.add", link: LINK, address, prefixLength: 32 }),
);
const SERVE = ADDRESSES.flatMap((vip): readonly KernelOp[] => {
  const service: VirtualService = { vip, port: 80, protocol: "tcp", scheduler: "rr", flags: [], realServers: [SERVER] };
  return [
    { target, kind: "virtualService.add", service },
    { target, kind: "realServer.add", service, server: SERVER },
  ];
});

const BIND_CALLS = ADDRESSES.slice(0, CALLS).map((vip) => `ip addr add ${vip}/32 dev ${LINK}`);
const SERVE_CALLS = ADDRESSES.slice(0, CALLS).flatMap((vip) => [
  `ipvsadm -A -t ${vip}:80 -s rr`,
  `ipvsadm -a -t ${vip}:80 -r ${SERVER.address}:${SERVER.port} -m -w 1`,
]);

const kernel = new LinuxKernel({ command: new SystemCommand(), ipvs: true });
const signal = new AbortController().signal;

async function must(ops: readonly KernelOp[]): Promise<void> {
  for (const result of await kernel.apply(ops, signal)) if (!result.ok) throw new Error(result.error);
}

/** A fresh link that is up, and an empty table. */
async function clear(): Promise<void> {
  await run(["sh", "-c", `ip link del ${LINK} 2>/dev/null; ipvsadm -C`]);
  await run(["sh", "-ec", `ip link add ${LINK} type dummy; ip link set ${LINK} up`]);
}

async function beside(ops: readonly KernelOp[], calls: readonly string[]): Promise<Pick<Row, "ours" | "baseline">> {
  return inTurn(
    SAMPLES,
    async () => {
      await clear();
      return timed(() => must(ops));
    },
    async () => {
      await clear();
      return (await timed(() => run(["sh", "-ec", calls.join("\n")]))) * (VIPS / CALLS);
    },
  );
}

async function measure(): ReturnType<Bench["measure"]> {
  const ip = await versionOf(["ip", "-V"]);
  const ipvsadm = await versionOf(["ipvsadm", "--version"]);
  const scaled = `a call for each (${CALLS} made, time x ${VIPS / CALLS})`;
  const where = process.env["IN_GUEST"] === "1" ? ", in a guest kernel" : "";
  return [
    {
      what: `bind 1,000 VIPs to a link${where}`,
      unit: "ms",
      ...(await beside(BIND, BIND_CALLS)),
      against: `ip of iproute2 ${ip}, ${scaled}`,
    },
    {
      what: `1,000 virtual services, a real server each${where}`,
      unit: "ms",
      ...(await beside(SERVE, SERVE_CALLS)),
      against: `ipvsadm ${ipvsadm}, ${scaled}`,
    },
  ];
}

export const build: Bench = {
  name: "build",
  about: "VIPs and virtual services into the kernel, beside a process of ip or ipvsadm for each",
  reading:
    "both use the same programs; ours hands over a batch. The first hundred of a thousand are the cheapest for the kernel, which flatters the baseline; in an emulated guest a process costs more to start than elsewhere, which wrongs it.",
  needs: "kernel",
  measure,
};
