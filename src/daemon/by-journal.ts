import { fstatSync } from "node:fs";

/** Whether systemd's journal is at the other end of this file descriptor (systemd.exec(5), JOURNAL_STREAM): a unit may have redirected it since. */
export function readByJournal(fd: number, stream = process.env["JOURNAL_STREAM"]): boolean {
  if (stream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(fd);
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}
