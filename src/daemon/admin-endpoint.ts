import { lstat, mkdir, readFile, stat, unlink } from "node:fs/promises";
import { connect } from "node:net";
import { dirname } from "node:path";
import { AdminServer } from "../admin/admin-server.ts";
import type { AdminActions } from "../admin/api.ts";
import type { Logger } from "./log.ts";
import type { EndpointParts } from "./persistent.ts";
import { Persistent } from "./persistent.ts";

/** Bytes of sun_path (unix(7)), less the one that ends it. */
const LONGEST_PATH = 107;

/** Where operators ask the controller. */
export interface AdminAddress {
  readonly socket: string;
  /** Name or number of the group that may, beside the owner. */
  readonly group: string | undefined;
}

/** The admin API, served or about to be. */
export interface AdminEndpoint {
  readonly server: AdminServer;
  close(): Promise<void>;
}

/** Serves the admin API, if it is to be. What stands in the way is told, tried again, and stops nothing: VIPs are served without it. */
export async function serveAdmin(
  address: AdminAddress | undefined,
  actions: AdminActions,
  { clock, log, reporter }: EndpointParts,
): Promise<AdminEndpoint | undefined> {
  if (address === undefined) return undefined;
  const server = new AdminServer(actions, (error) =>
    log.error(`a fault in bgp-lb itself, in an admin request: ${error instanceof Error ? error.stack : String(error)}`),
  );
  const attempt = () => listen(server, address, log);
  const words = (error: string) => `no drain, force, reload and status: ${address.socket}: ${error}`;
  const standing = new Persistent({ part: "admin API", attempt, words, clock, reporter });
  await standing.start();
  return {
    server,
    close: async () => {
      await standing.stop();
      await server.close();
    },
  };
}

async function listen(server: AdminServer, { socket, group: name }: AdminAddress, log: Logger): Promise<void> {
  const group = name === undefined ? undefined : await groupId(name);
  if (Buffer.byteLength(socket) > LONGEST_PATH)
    throw new Error(`the path of a socket has at most ${LONGEST_PATH} bytes; set -admin-socket to a shorter one`);
  await mkdir(dirname(socket), { recursive: true, mode: 0o750 });
  await clear(socket);
  await server.listen(socket, group);
  if (group !== undefined) await warnOfClosedDirectory(dirname(socket), group, log);
}

/** The directory is not ours to open up; but a group that cannot get there would only be told "no rights". */
async function warnOfClosedDirectory(directory: string, group: number, log: Logger): Promise<void> {
  const { mode, gid } = await stat(directory);
  if ((mode & 0o001) !== 0 || (gid === group && (mode & 0o010) !== 0)) return;
  log.warn(
    `the group of -admin-group cannot get to the admin socket: ${directory} lets it not pass; chgrp it, or set -admin-socket`,
  );
}

/** Takes away the socket that a killed process left; throws where somebody listens at it, or where it is something else. */
async function clear(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error("something that is no socket is there; move it, or set -admin-socket");
  if (await listens(path))
    throw new Error("another process listens there; stop it, or set -admin-socket or -state-dir");
  await unlink(path);
}

function listens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const client = connect(path, () => {
      client.destroy();
      resolve(true);
    });
    client.on("error", () => resolve(false));
  });
}

/** Looked up in /etc/group, which is what a host's own services have; a group from elsewhere is told by its number. */
async function groupId(group: string): Promise<number> {
  if (/^\d+$/.test(group)) return Number(group);
  const lines = (await readFile("/etc/group", "utf8")).split("\n").map((line) => line.split(":"));
  const id = lines.find(([name]) => name === group)?.[2];
  if (id === undefined) throw new Error(`-admin-group: there is no group ${JSON.stringify(group)} in /etc/group`);
  return Number(id);
}
