import { homedir } from "node:os";
import { join } from "node:path";

const CACHE = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "bgp-lb");

/** Where the lab's own engine keeps its images; nobody else's Docker looks there. */
export const STORE = join(CACHE, "docker");
/** Holds the fingerprint of what the images in the store were built from. */
export const STAMP = join(CACHE, "docker.stamp");
/** A docker-compose that was fetched because the machine has none. */
export const FETCHED_COMPOSE = join(CACHE, "compose");
