import { existsSync } from "node:fs";

/** systemd-networkd writes it while it runs; its folder is there without it. */
const NETWORKD_STATE = "/run/systemd/netif/state";

/** Who on this host is known to remove links and addresses that others made, and what to do about it; undefined where nobody is. */
export function usualSuspect(state = NETWORKD_STATE): string | undefined {
  if (!existsSync(state)) return undefined;
  return "systemd-networkd runs here, and removes what it does not know when it is restarted or its files change: tell it to leave our links alone (docs/operate-networkd.md)";
}
