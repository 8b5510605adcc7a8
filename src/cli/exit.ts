/** Exit codes, the same for every command. */
export const EXIT = {
  ok: 0,
  /** The command ran, and something in it failed; what, it says. */
  failed: 1,
  /** Flags or config cannot be used; nothing was changed. */
  usage: 2,
  /** No controller can be asked at the admin socket, or this user may not. */
  unreachable: 3,
  /** The controller understood and refused: no such service, drained already, ... Nothing was changed. */
  refused: 4,
  /** Ctrl-C while waiting, as shells count it. */
  interrupted: 130,
} as const;

export type ExitName = keyof typeof EXIT;

/** What each means, whatever the command: for help, the man page and docs/. */
export const CODES: Readonly<Record<ExitName, string>> = {
  ok: "done",
  failed: "something failed, and it says what",
  usage: "flags or config cannot be used, nothing was changed",
  unreachable: "no controller can be asked, or this user may not",
  refused: "the controller refused, and says why: no such service, nothing to take back, a reload would reset sessions",
  interrupted: "Ctrl-C while waiting",
};
