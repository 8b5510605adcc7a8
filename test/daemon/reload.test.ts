import assert from "node:assert/strict";
import { test } from "node:test";
import { summary } from "../../src/daemon/reload.ts";
import { load } from "../config/build.ts";

test("a config in a few words names each VIP once, also where services share it", () => {
  const ports = (port: number) => [{ servicePort: port, targetLocalPort: port }];
  const services = [80, 443].map((port) => ({ ip: "10.88.2.1", protocol: "tcp", ports: ports(port) }));
  const { config } = load(services);
  const rest = { file: "", metrics: undefined, stateDirectory: "", guardSocket: undefined, admin: undefined };
  assert.equal(
    summary({ config, network: true, ipvs: true, ...rest }),
    "VIPs 10.88.2.1; links, addresses and IPVS; gobgpd managed at 127.0.0.1:50051",
  );
});
