import { connect } from "node:net";

/** The controller's end of its line to the guard. */
export interface GuardLine {
  /** The guard has taken the call; what is written before that is lost. */
  readonly open: boolean;
  write(text: string): void;
  /** Says the last words and hangs up. */
  end(text: string): void;
  destroy(): void;
}

/** What is heard of a line; `onClose` is the last of it, after an error too. */
export interface GuardLineEvents {
  readonly onOpen: () => void;
  readonly onText: (text: string) => void;
  readonly onError: (error: NodeJS.ErrnoException) => void;
  readonly onClose: () => void;
}

/** Calls the guard at this path. Answers at once; how it went is told by the events. */
export type DialGuard = (path: string, events: GuardLineEvents) => GuardLine;

/** By a unix socket, which does not keep this process alive. */
export const dialGuard: DialGuard = (path, { onOpen, onText, onError, onClose }) => {
  const socket = connect(path);
  socket.setEncoding("utf8").unref();
  socket.on("connect", onOpen).on("data", onText).on("error", onError).on("close", onClose);
  return {
    get open() {
      return !socket.connecting;
    },
    write: (text) => void socket.write(text),
    end: (text) => void socket.end(text),
    destroy: () => void socket.destroy(),
  };
};
