import { AdminClient } from "../admin/client.ts";
import { UsageError } from "../core/errors.ts";
import { bashScript } from "./completion-bash.ts";
import { fishScript } from "./completion-fish.ts";
import { zshScript } from "./completion-zsh.ts";
import { readConfig } from "./context.ts";
import { EXIT } from "./exit.ts";
import type { Options } from "./options.ts";
import { adminAddress } from "./options.ts";
import type { Tree } from "./tree.ts";

const SHELLS: Readonly<Record<string, (tree: Tree) => string>> = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** Prints the completion for a shell; `services`, which the scripts call, the names of the services. */
export async function completion(options: Options, words: readonly string[], tree: () => Tree): Promise<number> {
  const [shell, ...more] = words;
  const script = shell === undefined ? undefined : SHELLS[shell];
  if (shell === "services") process.stdout.write((await serviceNames(options)).map((name) => `${name}\n`).join(""));
  else if (script === undefined || more.length > 0)
    throw new UsageError(`which shell? bgp-lb completion ${Object.keys(SHELLS).join("|")}`);
  else process.stdout.write(script(tree()));
  return EXIT.ok;
}

/** As the running controller knows them, else as the config file has them. Whoever presses Tab wants no error. */
async function serviceNames(options: Options): Promise<readonly string[]> {
  try {
    const address = adminAddress(options);
    if (address === undefined) throw new UsageError("no admin socket");
    return (await new AdminClient(address.socket, { read: 1_000, act: 1_000 }).status()).services.map(
      ({ name }) => name,
    );
  } catch {
    return readConfig(options).then(
      ({ config }) => config.services.map(({ service }) => service.name),
      () => [],
    );
  }
}
