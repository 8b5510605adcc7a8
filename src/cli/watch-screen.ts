import { ControllerUnreachable } from "../core/errors.ts";
import { systemClock, textOfTime } from "../daemon/clock.ts";
import { EXIT } from "./exit.ts";
import type { Look } from "./terminal.ts";
import { lookOf, paint, wrap } from "./terminal.ts";

const EVERY_MS = 1_000;

/** Control sequences of xterm (ctlseqs): another screen, whose end brings the old one back; and a frame that is shown when it is whole. */
const BEGIN = "\u001b[?1049h\u001b[?25l";
const END = "\u001b[?25h\u001b[?1049l";
const FRAME = { begin: "\u001b[?2026h\u001b[H", lineEnd: "\u001b[K\r\n", end: "\u001b[J\u001b[?2026l" };

/** Shows what `read` answers on the whole terminal, each second anew, until Ctrl-C, SIGTERM or q; a controller that is away for a time is told and waited for. */
export async function watchScreen(
  stream: NodeJS.WriteStream,
  read: (look: Look) => Promise<readonly string[]>,
): Promise<number> {
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  const keys = process.stdin.isTTY === true ? process.stdin : undefined;
  const press = (key: Buffer) => {
    if (["q", "Q", "\u0003"].includes(key.toString())) stop();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  keys?.setRawMode(true).on("data", press);
  stream.write(BEGIN);
  let lines: readonly string[] = [];
  let trouble: string | undefined;
  const draw = () => stream.write(frame(lines, headline(trouble), stream.rows, lookOf(stream)));
  stream.on("resize", draw);
  try {
    while (!stopped.signal.aborted) {
      try {
        lines = await read(lookOf(stream));
        trouble = undefined;
      } catch (error) {
        if (!(error instanceof ControllerUnreachable)) throw error;
        trouble = error.message;
      }
      draw();
      await systemClock.sleep(EVERY_MS, stopped.signal);
    }
  } finally {
    stream.off("resize", draw);
    stream.write(END);
    keys?.off("data", press).setRawMode(false).pause();
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(signal, stop);
  }
  return EXIT.ok;
}

function headline(trouble: string | undefined): string {
  return trouble === undefined ? `${textOfTime()}  q ends` : `${textOfTime()}  NOT CURRENT: ${trouble}`;
}

/** One picture, no line longer or lower than the terminal: what does not fit is counted. */
export function frame(lines: readonly string[], headline: string, rows: number, look: Look): string {
  const tone = headline.includes("NOT CURRENT") ? "bad" : "quiet";
  const head = wrap(headline, look.columns ?? headline.length).map((line) => paint(line, tone, look));
  const room = Math.max(1, rows - head.length - 1);
  const over = lines.length - room;
  const shown = over > 0 ? [...lines.slice(0, room - 1), `... ${over + 1} more lines: bgp-lb status SERVICE`] : lines;
  const all = [...head, "", ...shown];
  return `${FRAME.begin}${all.join(FRAME.lineEnd)}\u001b[K${FRAME.end}`;
}
