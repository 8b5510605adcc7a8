import { messageOf } from "../core/errors.ts";
import type { Command } from "./command.ts";
import { CommandError } from "./command-error.ts";

const ALL = "/proc/sys/net/ipv4/conf/all/promote_secondaries";

/**
 * Makes the other IPv4 addresses of a subnet survive on this link when the first one is deleted. By default the kernel deletes
 * them along with it, and they may be somebody else's. Answers the reason where that cannot be had.
 */
export async function promoteSecondaries(command: Command, link: string): Promise<string | undefined> {
  const path = `/proc/sys/net/ipv4/conf/${link}/promote_secondaries`;
  // sysctl(8) swaps the two separators in a name.
  const name = `net.ipv4.conf.${link.replaceAll(".", "/")}.promote_secondaries`;
  try {
    const [value, all] = await Promise.all([command.read(path), command.read(ALL)]);
    // Without the file there is no such link any more, or no such setting. The kernel goes by either of the two.
    if (value !== undefined && value.trim() !== "1" && all?.trim() !== "1") await command.write(path, "1\n");
    return undefined;
  } catch (error) {
    const [said = ""] = (error instanceof CommandError ? error.detail : messageOf(error)).split(", open ");
    return `${name} cannot be set to 1 (${said}), so that deleting a VIP may delete other addresses of its subnet; run sysctl -w net.ipv4.conf.all.promote_secondaries=1 on the host`;
  }
}
