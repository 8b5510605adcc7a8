/** Exit codes, the same for every command. */
export const EXIT = {
  ok: 0,
  /** The command ran, and something in it failed; what, it says. */
  failed: 1,
  /** Flags or config cannot be used; nothing was changed. */
  usage: 2,
} as const;
