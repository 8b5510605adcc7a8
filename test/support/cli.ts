import { join } from "node:path";
import { execa } from "execa";
import type { ControllerProcess } from "./controller.ts";

/** Under emulation the built program, for it starts in a third of the time. */
const MAIN = new URL(process.env["IN_GUEST"] === "1" ? "../../dist/main.js" : "../../src/main.ts", import.meta.url)
  .pathname;

/** What a command came to: exit code, and the lines of both streams. */
export interface Said {
  readonly code: number | undefined;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

/** The commands that ask a running controller, as alice calls them. */
export function cliOf(controller: ControllerProcess) {
  const flags = ["-state-dir", join(controller.folder, "state")];
  const start = (...argv: string[]) =>
    execa(process.execPath, [MAIN, ...argv, ...flags], { reject: false, env: { SUDO_USER: "alice" } });
  const run = async (...argv: string[]): Promise<Said> => {
    const { exitCode, stdout, stderr } = await start(...argv);
    return { code: exitCode, out: lines(stdout), err: lines(stderr) };
  };
  return { start, run };
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
