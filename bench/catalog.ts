import { announce } from "./announce.ts";
import { ask } from "./ask.ts";
import type { Bench } from "./bench.ts";
import { build } from "./build.ts";
import { failover } from "./failover.ts";
import { pass } from "./pass.ts";

/** Every bench, in the order in which they run and are shown. */
export const BENCHES: readonly Bench[] = [announce, failover, ask, pass, build];
