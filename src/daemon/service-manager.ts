import { messageOf } from "../core/errors.ts";

/** Milliseconds that one message may take; the manager reads them at once. */
const SEND_MS = 5_000;

/** What systemd is told, by the names of sd_notify(3). */
export type Notice = Readonly<Record<string, string>>;

/** Sends one notice to the socket; throws where that fails. */
export type Send = (socket: string, notice: Notice) => Promise<void>;

/**
 * systemd as the one who started us (sd_notify(3)); where nobody did, every call does nothing. Notices go out one after the other, in order. One
 * that cannot be sent is told to `onTrouble` and lost: whoever started us must not stop the work.
 */
export class ServiceManager {
  /** Milliseconds within which a beat has to come (sd_watchdog_enabled(3)); undefined: nobody watches. */
  readonly watchdog: number | undefined;
  /** undefined: sending works. */
  onTrouble: (error: string | undefined) => void = () => undefined;
  readonly #socket: string | undefined;
  readonly #send: Send;
  #sending: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(environment: Readonly<Partial<Record<string, string>>>, pid: number, send: Send = systemdNotify) {
    this.#socket = environment["NOTIFY_SOCKET"];
    this.#send = send;
    const watched = environment["WATCHDOG_PID"];
    const microseconds = Number(environment["WATCHDOG_USEC"]);
    const mine = this.#socket !== undefined && (watched === undefined || Number(watched) === pid);
    this.watchdog = mine && microseconds > 0 ? microseconds / 1000 : undefined;
  }

  /** Sends the notice after those before it; resolves when it was taken, or could not be sent. */
  tell(notice: Notice): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined) return Promise.resolve();
    this.#waiting++;
    this.#sending = this.#sending.then(async () => {
      try {
        await this.#send(socket, notice);
        this.onTrouble(undefined);
      } catch (error) {
        this.onTrouble(`${messageOf(error)}; the unit's state is not told`);
      } finally {
        this.#waiting--;
      }
    });
    return this.#sending;
  }

  /** Says that the loop is alive. Dropped while another notice is on its way: one after it is as good. */
  beat(): void {
    if (this.watchdog !== undefined && this.#waiting === 0) void this.tell({ WATCHDOG: "1" });
  }
}

/** The manager that started this process. Programs that it starts in turn shall not speak in its name, so they do not inherit the socket. */
export function takeServiceManager(): ServiceManager {
  const manager = new ServiceManager({ ...process.env }, process.pid);
  for (const name of ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]) delete process.env[name];
  return manager;
}

/** By systemd-notify(1), because Node has no unix datagram sockets; it waits until the manager has read the message. */
async function systemdNotify(socket: string, notice: Notice): Promise<void> {
  const words = Object.entries(notice).map(([name, value]) => `${name}=${value.replaceAll("\n", " ")}`);
  // Whom nobody watches over starts no program, and does not wait for what starts them.
  const { execa } = await import("execa");
  await execa("systemd-notify", words, {
    env: { NOTIFY_SOCKET: socket, PATH: `${process.env["PATH"] ?? ""}:/usr/bin:/bin` },
    extendEnv: false,
    stdin: "ignore",
    timeout: SEND_MS,
    // By default execa listens for SIGTERM and ends this process by it while the program runs; the controller leaves in order.
    cleanup: false,
  });
}
