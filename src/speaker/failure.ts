import type { ServiceError } from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";

/**
 * What a failed call tells about gobgpd. gone: nobody answers there. denied: its socket is not for this user. hung: connected, no
 * answer in time. foreign: answers gRPC, but not this API. stopped: GoBGP 4 after StopBgp. cancelled: we gave up ourselves.
 * refused: gobgpd said no to this request.
 */
export type FailureKind = "gone" | "denied" | "hung" | "foreign" | "stopped" | "cancelled" | "refused";

/** A call to gobgpd that failed; the message is one line: where, what was answered, what to do. */
export class CallFailed extends Error {
  override readonly name = "CallFailed";
  readonly kind: FailureKind;
  /** Nothing listens at the address (refused, no such socket), so the process that held our sessions is gone for certain. */
  readonly absent: boolean;

  constructor(kind: FailureKind, message: string, absent = false) {
    super(message);
    this.kind = kind;
    this.absent = absent;
  }
}

export interface Call {
  /** The address as configured. */
  readonly api: string;
  readonly method: string;
  /** Its deadline in milliseconds, if it had one. */
  readonly ms: number | undefined;
  /** We ended it ourselves. A server that ends calls makes grpc-js say CANCELLED as well. */
  readonly givenUp: boolean;
}

const DENIED = /EACCES|EPERM/;

/** Turns grpc-js' error into ours. */
export function callFailed(error: ServiceError, { api, method, ms, givenUp }: Call): CallFailed {
  const said = oneLine(error.details || error.message);
  switch (error.code) {
    case status.UNAVAILABLE:
      return new CallFailed(
        DENIED.test(said) ? "denied" : "gone",
        `gobgpd at ${api} cannot be reached: ${unavailable(said, api)}`,
        /ECONNREFUSED|ENOENT/.test(said),
      );
    case status.DEADLINE_EXCEEDED:
      return new CallFailed(
        "hung",
        `gobgpd at ${api} does not answer within ${(ms ?? 0) / 1000} s (${method}): its process hangs or is stopped, or has too much to do; look at it, and restart it if it stays so`,
      );
    case status.UNIMPLEMENTED:
      return new CallFailed("foreign", foreign(api, said));
    case status.CANCELLED:
      if (!givenUp) return new CallFailed("gone", `gobgpd at ${api} cannot be reached: ${unavailable(said, api)}`);
      return new CallFailed("cancelled", `${method} to gobgpd at ${api} was interrupted before it was answered`);
    default:
      if (/server stopped/i.test(said))
        return new CallFailed(
          "stopped",
          `gobgpd at ${api} runs, but its BGP was stopped (it answers "${said}"), and GoBGP 4 cannot start it again: restart the gobgpd process`,
        );
      return new CallFailed(
        "refused",
        `gobgpd at ${api} answered "${said}" (${status[error.code] ?? error.code}) to ${method}`,
      );
  }
}

/** The line for an API that has neither generation's service. */
function foreign(api: string, said: string): string {
  return `what listens at ${api} answers gRPC but is not GoBGP 3 or 4 (it says "${said}"); point bgp.gobgp at gobgpd's API`;
}

function unavailable(said: string, api: string): string {
  if (/ECONNREFUSED/.test(said)) return `nothing listens there (ECONNREFUSED); start it with --api-hosts ${api}`;
  if (/ENOENT/.test(said)) return `there is no such socket (ENOENT); start it with --api-hosts ${api}`;
  if (DENIED.test(said)) return `this user may not open the socket (EACCES); give it the socket's group`;
  if (/ENOTFOUND|EAI_AGAIN|Name resolution/.test(said))
    return `the name cannot be resolved (${said}); correct it in bgp.gobgp`;
  if (/certificate|self.signed|SSL|TLS|ERR_TLS|altnames/i.test(said))
    return `TLS failed (${said}); check the ca, cert and key of bgp.gobgp against gobgpd's --tls flags`;
  return `${said}; if it does not come back, start it with --api-hosts ${api}`;
}

/** grpc-js adds time stamps and empty notes, which would make each try look new. */
function oneLine(text: string): string {
  return text
    .replace(/^No connection established\. Last error: /, "")
    .replace(/\s*\(\d{4}-\d\d-\d\dT[^)]*\)/g, "")
    .replace(/\.? ?Resolution note: ?/g, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 300);
}
