import { UsageError } from "../core/errors.ts";
import { apiAddress } from "./forms.ts";
import { quoted } from "./problem.ts";

/** The value of -gobgp-address; undefined where the flag is not given. Throws UsageError for what is no address of an API. */
export function parseGobgpAddress(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const parsed = apiAddress.safeParse(text);
  if (parsed.success) return text;
  throw new UsageError(`-gobgp-address: ${parsed.error.issues[0]?.message}; found ${quoted(text)}`);
}
