import { messageOf } from "../core/errors.ts";
import type { KernelOp, OpResult } from "../core/op.ts";
import { IPVS_SYSCTLS } from "../core/sysctl.ts";
import type { Command } from "./command.ts";
import { CommandError } from "./command-error.ts";

export type SysctlOp = Extract<KernelOp, { readonly kind: "sysctl.set" | "sysctl.restore" }>;

/** The settings of IPVS that this network namespace has, by the names of sysctl(8); none until the module ip_vs is loaded. Throws CommandError. */
export async function readSysctls(command: Pick<Command, "read">): Promise<ReadonlyMap<string, string>> {
  const names = [...IPVS_SYSCTLS.keys()];
  const found = await Promise.all(names.map((name) => command.read(pathOf(name))));
  return new Map(
    names.flatMap((name, index) => {
      const value = found[index]?.trim();
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** Sets the value in this network namespace. */
export async function applySysctl(command: Pick<Command, "write">, op: SysctlOp): Promise<OpResult<KernelOp>> {
  try {
    await command.write(pathOf(op.name), `${op.value}\n`);
    return { op, ok: true };
  } catch (error) {
    const [said = ""] = (error instanceof CommandError ? error.detail : messageOf(error)).split(", open ");
    const help = `run sysctl -w ${op.name}=${op.value} on the host, in the network namespace of bgp-lb`;
    const other = op.kind === "sysctl.set" ? ', or set "ipvsSysctls" to "keep"' : "";
    return { op, ok: false, error: `${op.name} cannot be set to ${op.value} (${said}); ${help}${other}` };
  }
}

function pathOf(name: string): string {
  return `/proc/sys/${name.replaceAll(".", "/")}`;
}
