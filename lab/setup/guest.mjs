import { existsSync } from "node:fs";
import { ensurePackages } from "./packages.mjs";
import { ask, ROOT, runLong, SetupError, say } from "./process.mjs";

const NODE = `${ROOT}/node_modules/.bin/node`;

/** Where this machine's kernel cannot run the lab, makes ready the guest that can; `also` for what runs in a guest on every machine. */
export async function prepareGuest(also) {
  const trial = ask(NODE, ["lab/native.ts"]);
  if (trial.ok && also === undefined) return;
  await ensurePackages(["guest"]);
  if (ask("lab/guest/prepare", ["--check"]).ok) return;
  say(
    `a guest kernel is prepared: ${trial.ok ? `for ${also}` : `this machine's own cannot run the lab (${trial.stdout.trim()})`}`,
  );
  if (await runLong("lab/guest/prepare", [], { progress: /^guest: / })) return;
  if (!trial.ok) throw new SetupError("the guest kernel could not be prepared; see above");
  say(`without it, ${also} are skipped`);
}

/** The gobgpd versions that the integration tests want beside the installed one. Tests that lack one say so: no reason to stop here. */
export async function prepareGobgpd(versions) {
  if (versions.length === 0 || !existsSync("lab/fetch-gobgpd.ts")) return;
  const cache = `${process.env.XDG_CACHE_HOME || `${process.env.HOME}/.cache`}/bgp-lb/gobgpd`;
  if (!existsSync(cache)) say("gobgpd 3.10, 3.36 and 4.8 for the tests are fetched from Debian's archive (once)");
  if (!(await runLong(NODE, ["lab/fetch-gobgpd.ts", ...versions], { progress: /^(?!)/ })))
    say("not every gobgpd version could be fetched; the tests that want it will say so");
}
