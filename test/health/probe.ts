import type { ProbeResult } from "../../src/core/ports.ts";
import { type CheckInput, checkSchema, createCheck } from "../../src/health/registry.ts";

/** One probe of a check as an operator writes it; the signal is one that never ends it unless given. */
export function probe(input: CheckInput, signal: AbortSignal = new AbortController().signal): Promise<ProbeResult> {
  return createCheck(checkSchema.parse(input)).probe(signal);
}

/** The reason of a failing probe, or `ok`. */
export async function verdict(input: CheckInput, signal?: AbortSignal): Promise<string> {
  const result = await probe(input, signal);
  return result.ok ? "ok" : result.reason;
}
