import { virtualServiceKey } from "../../src/core/service.ts";
import { ip } from "../support/world.ts";
import type { Fault } from "./fault.ts";
import type { World } from "./world.ts";

/** Somebody else changes links, addresses or IPVS. */
export function actOnKernel({ kernel }: World, { how, draw }: Extract<Fault, { kind: "kernel" }>): void {
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(draw * items.length)];
  const link = pick([...kernel.links.values()].filter(({ name }) => !kernel.foreign.has(`link ${name}`)));
  const service = pick([...kernel.table].filter(([key]) => !kernel.foreign.has(`service ${key}`)))?.[1];
  const server = service?.realServers[0];
  const target = "kernel";
  switch (how) {
    case "link deleted":
      if (link !== undefined) kernel.deleteLink(link.name);
      return;
    case "link down":
      if (link !== undefined) kernel.setDown(link.name);
      return;
    case "address deleted":
    case "address spoilt": {
      const own = (link?.addresses ?? []).filter((one) => !kernel.isForeign(link?.name ?? "", one));
      const address = pick(own);
      if (link === undefined || address === undefined) return;
      if (how === "address spoilt") kernel.spoil(link.name, address);
      else kernel.do({ target, kind: "address.delete", link: link.name, ...address });
      return;
    }
    case "service deleted":
      if (service !== undefined) kernel.do({ target, kind: "virtualService.delete", service });
      return;
    case "server deleted":
      if (service !== undefined && server !== undefined)
        kernel.do({ target, kind: "realServer.delete", service, server });
      return;
    case "server changed":
      if (service !== undefined && server !== undefined)
        kernel.do({ target, kind: "realServer.edit", service, server: { ...server, weight: 7 } });
      return;
    case "flushed":
      kernel.flush();
      return;
    case "swept":
      kernel.sweep();
      return;
    case "foreign address":
      if (link !== undefined) kernel.addForeignAddress(link.name, { address: ip("192.0.2.77"), prefixLength: 32 });
      return;
    case "foreign service": {
      const vip = ip("10.88.2.1");
      const foreign = { vip, port: 9_999, protocol: "tcp", scheduler: "rr", flags: [], realServers: [] } as const;
      kernel.do({ target, kind: "virtualService.add", service: foreign });
      kernel.foreign.add(`service ${virtualServiceKey(foreign)}`);
    }
  }
}
