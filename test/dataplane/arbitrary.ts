import fc from "fast-check";
import { type Address, family } from "../../src/core/address.ts";
import type {
  Forwarding,
  Protocol,
  RealServer,
  Scheduler,
  SchedulerFlag,
  VirtualService,
} from "../../src/core/service.ts";
import { realServerKey } from "../../src/core/service.ts";
import { FORWARDING, SCHEDULER_FLAGS, SCHEDULERS, sortFlags } from "../../src/dataplane/ipvs-options.ts";
import { ip } from "./build.ts";

const anAddress: fc.Arbitrary<Address> = fc.oneof(fc.ipV4(), fc.ipV6()).map(ip);

/** A virtual service with real servers that IPVS takes. */
export const aVirtualService: fc.Arbitrary<VirtualService> = fc
  .tuple(
    anAddress,
    aPort(),
    fc.constantFrom<Protocol>("tcp", "udp", "sctp"),
    fc.constantFrom<Scheduler>(...SCHEDULERS),
    fc.subarray(Object.keys(SCHEDULER_FLAGS) as SchedulerFlag[]),
  )
  .chain(([vip, port, protocol, scheduler, subset]) => {
    const flags = sortFlags(subset.filter((flag) => SCHEDULER_FLAGS[flag] === scheduler));
    const service = { vip, port, protocol, scheduler, flags };
    return fc
      .uniqueArray(aRealServer(service), { maxLength: 4, selector: realServerKey })
      .map((realServers) => ({ ...service, realServers }));
  });

function aRealServer(service: Pick<VirtualService, "vip" | "port">): fc.Arbitrary<RealServer> {
  return fc
    .tuple(
      anAddress.filter((address) => family(address) === family(service.vip)),
      aPort(),
      fc.integer({ min: 0, max: 65_535 }),
      fc.constantFrom(...(Object.keys(FORWARDING) as Forwarding[])),
    )
    .map(([address, port, weight, forwarding]) => ({
      address,
      port: forwarding === "masquerade" ? port : service.port,
      weight,
      forwarding,
    }));
}

function aPort(): fc.Arbitrary<number> {
  return fc.integer({ min: 1, max: 65_535 });
}

/** Text that a parser may meet: anything, and real output with a hole, a change or a piece missing. */
export function damaged(real: string): fc.Arbitrary<string> {
  const at = fc.nat({ max: real.length });
  return fc.oneof(
    fc.string({ unit: "binary" }),
    fc
      .tuple(at, at, fc.string())
      .map(([from, length, put]) => real.slice(0, from) + put + real.slice(from + (length % 20))),
    at.map((end) => real.slice(0, end)),
  );
}
