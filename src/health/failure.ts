import { messageOf } from "../core/errors.ts";

/** What the operating system and the resolver say, in the operator's words; `at` is what was connected to. */
const SAYINGS: Readonly<Record<string, (at: string) => string>> = {
  ECONNREFUSED: (at) => `connection refused at ${at}`,
  ECONNRESET: (at) => `connection to ${at} was closed before a whole answer came`,
  EPIPE: (at) => `connection to ${at} was closed before a whole answer came`,
  ECONNABORTED: (at) => `connection to ${at} was closed before a whole answer came`,
  ETIMEDOUT: (at) => `no connection to ${at}: packets are not answered`,
  EHOSTUNREACH: (at) => `no route to the host of ${at}`,
  ENETUNREACH: (at) => `no route to the network of ${at}`,
  EADDRNOTAVAIL: (at) => `no local address or port is left for a connection to ${at}`,
  EMFILE: (at) => `too many open files for a connection to ${at}; raise LimitNOFILE`,
  ENOTFOUND: (at) => `the name in ${at} does not resolve`,
  EAI_AGAIN: (at) => `the name in ${at} does not resolve now: no answer from DNS`,
};

/** Why a connection to `at` (host:port) or the answer over it failed, in one sentence without a full stop; for anything that Node throws. */
export function describeFailure(error: unknown, at: string): string {
  const { code, text } = innermost(error);
  const saying = code === undefined ? undefined : SAYINGS[code];
  if (saying !== undefined) return saying(at);
  if (code?.startsWith("HPE_")) return `answer of ${at} is not HTTP: ${text}`;
  if (code !== undefined && isCertificateFault(code))
    return `TLS certificate of ${at} is not accepted: ${text} (${code})`;
  if (code === "EPROTO" || code?.startsWith("ERR_SSL_")) return `no TLS with ${at}: ${openssl(text)}`;
  return `${at}: ${text}`;
}

/** Packages wrap the cause, and Node joins one error for each address of a name; only the innermost has the code. */
function innermost(error: unknown): { code: string | undefined; text: string } {
  let found = error;
  for (let depth = 0; depth < 5; depth++) {
    if (found instanceof AggregateError && found.errors.length > 0) found = found.errors[0];
    else if (found instanceof Error && found.cause instanceof Error) found = found.cause;
    else break;
  }
  const code = found instanceof Error && "code" in found ? found.code : undefined;
  return { code: typeof code === "string" ? code : undefined, text: messageOf(found) };
}

/** OpenSSL's X509_V_ERR names, as Node gives them; they have no common beginning. */
function isCertificateFault(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_|CRL_|INVALID_CA|HOSTNAME_MISMATCH|PATH_LENGTH/.test(code);
}

/** OpenSSL writes `80E7:error:0A00010B:SSL routines:tls_validate:wrong version number:../deps/…`; the sixth part is the news. */
function openssl(text: string): string {
  return text.split(":")[5] ?? text;
}
