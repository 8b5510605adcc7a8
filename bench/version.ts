import { run } from "../lab/command.ts";
import { Missing } from "./bench.ts";

/** The version that the program says it has. Throws Missing where it cannot be run. */
export async function versionOf(argv: readonly [string, ...string[]]): Promise<string> {
  const said = await run(argv).catch((error: Error) => {
    throw new Missing(`${argv[0]} is needed: ${error.message}`);
  });
  return /\d+(\.\d+)+/.exec(said)?.[0] ?? "of unknown version";
}
