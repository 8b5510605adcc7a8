import type { DialGuard } from "../../src/daemon/guard-line.ts";
import type { Process } from "./process.ts";

/** Whoever listens at the guard's socket. */
interface Listener {
  readonly process: Process;
  /** What came over a line; answers what goes back. */
  readonly hear: (text: string) => string;
}

/** Milliseconds from one end to the other. */
const WIRE_MS = 0.1;

/** The unix socket between controllers and the guard: what was written arrives, be the writer alive by then or not. */
export class GuardSocket {
  #listener: Listener | undefined;

  listen(listener: Listener): void {
    this.#listener = listener;
    listener.process.onEnd(() => {
      if (this.#listener === listener) this.#listener = undefined;
    });
  }

  dial(by: Process): DialGuard {
    return (_path, events) => {
      const listener = this.#listener;
      if (listener === undefined) return refused(by, events);
      let state: "calling" | "open" | "closed" = "calling";
      const close = () => {
        if (state === "closed") return;
        state = "closed";
        forget();
        by.after(WIRE_MS, events.onClose);
      };
      const forget = listener.process.onEnd(close);
      by.after(WIRE_MS, () => {
        if (state !== "calling") return;
        state = "open";
        events.onOpen();
      });
      const write = (text: string) => {
        if (state !== "open") return;
        listener.process.after(WIRE_MS, () => {
          const answer = listener.hear(text);
          by.after(WIRE_MS, () => {
            if (state === "open") events.onText(answer);
          });
        });
      };
      return {
        get open() {
          return state === "open";
        },
        write,
        end: (text) => {
          if (text !== "") write(text);
          listener.process.after(2 * WIRE_MS, close);
        },
        destroy: close,
      };
    };
  }
}

function refused(by: Process, { onError, onClose }: Parameters<DialGuard>[1]): ReturnType<DialGuard> {
  by.after(WIRE_MS, () => {
    onError(Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }));
    onClose();
  });
  return { open: false, write: () => undefined, end: () => undefined, destroy: () => undefined };
}
