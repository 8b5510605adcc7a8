import { join } from "node:path";
import { run } from "../lab/command.ts";
import { Backend } from "../test/support/backend.ts";
import { until } from "../test/support/until.ts";
import type { Bench } from "./bench.ts";
import { inTurn, timed } from "./samples.ts";
import { router, serve } from "./scene.ts";

const MAIN = join(import.meta.dirname, "../dist/main.js");
const SAMPLES = 30;

async function measure(): ReturnType<Bench["measure"]> {
  const backend = new Backend();
  await backend.start();
  await serve(backend, await router("127.0.0.2"));
  // Throws, as each of the calls below would, unless it is well.
  await until("a controller that is well", () => run([process.execPath, MAIN, "health"]).then(Boolean, () => false));
  const node = (...args: string[]) => timed(() => run([process.execPath, ...args]));
  const against = `node -e 0 (Node ${process.versions.node}), the least that a program in Node takes`;
  const beside = (...args: string[]) =>
    inTurn(
      SAMPLES,
      () => node(MAIN, ...args),
      () => node("-e", "0"),
    );
  return [
    { what: "bgp-lb health", unit: "ms", ...(await beside("health")), against },
    { what: "bgp-lb version", unit: "ms", ...(await beside("version")), against },
  ];
}

export const ask: Bench = {
  name: "ask",
  about: "short commands from start to exit, beside a Node that does nothing",
  reading: "the built program. `health` asks a running controller, as a container's health check does.",
  needs: "network",
  measure,
};
