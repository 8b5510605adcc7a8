import type { ListenOptions, Server } from "node:net";

/**
 * Resolves when the server listens; rejects with Node's error (EADDRINUSE, EACCES, ...) where it cannot, and may be called again. Once it listens,
 * `onFault` is told of each connection that cannot be taken, as for want of memory: Node would end the process for an error that nobody hears.
 */
export function listening(server: Server, where: ListenOptions, onFault: (error: unknown) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const begun = () => {
      server.off("error", failed).on("error", onFault);
      resolve();
    };
    const failed = (error: Error) => {
      // Node keeps it for the next try, also where this one has failed.
      server.off("listening", begun);
      reject(error);
    };
    server.once("listening", begun).once("error", failed).listen(where);
  });
}
