import type { Client } from "./client.ts";
import type { Dialect } from "./dialect.ts";
import { CallFailed } from "./failure.ts";
import { v3 } from "./v3.ts";
import { v4 } from "./v4.ts";

const PROBE_MS = 2000;

/**
 * Answers which generation listens at the client's address, by the one call that both have. Only "no such service" speaks
 * against a generation; no answer is no evidence, so every other CallFailed is thrown on, to be tried again.
 */
export async function detect(client: Client, signal: AbortSignal): Promise<Dialect> {
  try {
    await client.call(v4, "GetBgp", {}, { ms: PROBE_MS, signals: [signal] });
    return v4;
  } catch (error) {
    if (!(error instanceof CallFailed) || error.kind !== "foreign") throw error;
  }
  await client.call(v3, "GetBgp", {}, { ms: PROBE_MS, signals: [signal] });
  return v3;
}
