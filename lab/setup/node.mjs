import { existsSync, readFileSync } from "node:fs";
import { ask, ROOT, runLong, SetupError, say } from "./process.mjs";

const LOCK = `${ROOT}/package-lock.json`;
/** npm writes it last, and it lists what is really there. */
const INSTALLED = `${ROOT}/node_modules/.package-lock.json`;
const NODE = `${ROOT}/node_modules/.bin/node`;
const OLDEST = [22, 18];

/** Makes sure of the npm packages of package-lock.json, and with them of the Node that runs everything after this file. */
export async function useNode() {
  const reason = whyInstall();
  if (reason !== undefined) {
    say(`npm ci: ${reason} (Node ${lockedNode()} for the scripts, TypeScript, linters, the program's own libraries)`);
    await install();
  }
  const version = ask(NODE, ["--version"]).stdout.trim();
  const [major, minor] = version.slice(1).split(".").map(Number);
  if (version === "" || major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))
    throw new SetupError(
      `Node >= ${OLDEST.join(".")} is needed (it runs TypeScript files), but node_modules/.bin/node is ${version || "missing"}: ` +
        "remove node_modules and run this again; npm must be allowed to run the install script of the package `node`",
    );
}

/**
 * npm versions and registries differ in which platforms' optional packages a lock file has to name, and `npm ci` refuses one that they would
 * have written otherwise. `npm install --no-save` takes the same versions from the lock file and leaves it as it is.
 */
async function install() {
  const options = ["--no-audit", "--no-fund", "--loglevel=error"];
  const progress = /^(added|changed) /;
  if (await runLong("npm", ["ci", ...options], { progress, quiet: true })) return;
  say("npm ci did not go well; trying npm install --no-save, which is less strict");
  if (await runLong("npm", ["install", "--no-save", ...options], { progress })) return;
  throw new SetupError("npm could not install the packages; see above. Is the npm registry reachable?");
}

/** Why what is installed is not what the lock file says; undefined where it is. */
function whyInstall() {
  if (!existsSync(INSTALLED)) return "no npm packages yet";
  const wanted = JSON.parse(readFileSync(LOCK, "utf8")).packages;
  const installed = JSON.parse(readFileSync(INSTALLED, "utf8")).packages;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === "" || entry.optional) continue; // optional ones are for other kinds of machines
    if (installed[path]?.version !== entry.version)
      return `${path.replace(/^.*node_modules\//, "")} ${entry.version} is missing`;
  }
  return existsSync(NODE) ? undefined : "node is missing";
}

function lockedNode() {
  return JSON.parse(readFileSync(LOCK, "utf8")).packages["node_modules/node"]?.version ?? "";
}
