import { readFileSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";

/** The number that a process wrote into a file, as soon as it has; for ever, so that the runner's limit decides. */
export async function pidOf(file: string): Promise<number> {
  for (;;) {
    const pid = Number(contentOf(file));
    if (pid > 0) return pid;
    await turn();
  }
}

/** Resolves once the process has ended; a zombie has, whoever forgot to ask for it. */
export async function isGone(pid: number): Promise<void> {
  while (/^State:\s+[^ZX]/m.test(contentOf(`/proc/${pid}/status`) ?? "")) await turn();
}

/** Whether the kernel knows the process no more: it has ended and its parent has taken note. */
export function isReaped(pid: number): boolean {
  return contentOf(`/proc/${pid}/status`) === undefined;
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
