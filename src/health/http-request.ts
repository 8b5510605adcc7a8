import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import got, { type Method, type OptionsInit, type Request } from "got";
import type { TlsMaterial } from "./tls-files.ts";

/** More redirects than this are redirects for ever. */
export const MAX_REDIRECTS = 10;

/** What a probe asks for. */
export interface HttpRequest {
  readonly url: string;
  readonly method: Method;
  readonly headers: Readonly<Record<string, string>>;
  readonly followRedirects: boolean;
  readonly insecureSkipVerify: boolean;
  /** SNI, the name in the certificate, and the Host header; undefined: the URL's host. */
  readonly serverName: string | undefined;
  readonly tls: TlsMaterial;
}

/** A request on its way; `close` ends it with every connection that it made, also those that redirects left half read. */
export interface OpenRequest {
  readonly stream: Request;
  close(): void;
}

/** Sends the request over a connection of its own, once; its stream fails when `signal` is aborted. Knows no proxy, cookie, cache or retry. */
export function open(request: HttpRequest, signal: AbortSignal): OpenRequest {
  // A fresh connection proves that the service still accepts some, and a full TLS handshake that its certificate is good now.
  const http = new HttpAgent({ keepAlive: false });
  const https = new HttpsAgent({ keepAlive: false, maxCachedSessions: 0 });
  const stream = got.stream(request.url, { ...options(request), signal, agent: { http, https } });
  // An error after the verdict has nobody else who takes it.
  stream.on("error", () => {});
  // For the other methods got waits for a body.
  if (!["GET", "HEAD"].includes(request.method)) stream.end();
  return {
    stream,
    close: () => {
      stream.destroy();
      http.destroy();
      https.destroy();
    },
  };
}

function options(request: HttpRequest): OptionsInit & { isStream?: true } {
  const named = request.serverName !== undefined;
  return {
    method: request.method,
    headers: { "user-agent": "bgp-lb", ...(named && { host: request.serverName }), ...request.headers },
    followRedirect: request.followRedirects,
    maxRedirects: MAX_REDIRECTS,
    throwHttpErrors: false,
    // The monitor counts failures; a retry in here would hide them from it.
    retry: { limit: 0 },
    // No Accept-Encoding goes out, so that a match sees text and a small answer cannot unpack into a large one.
    decompress: false,
    https: {
      ...request.tls,
      rejectUnauthorized: !request.insecureSkipVerify,
      ...(named && { serverName: request.serverName }),
    },
    hooks: {
      beforeRedirect: [
        (next) => {
          if (next.url === undefined || new URL(next.url).hostname === new URL(request.url).hostname) return;
          // The name and the client certificate are for the configured service, not for whom it points to.
          const { serverName: _name, certificate: _certificate, key: _key, ...rest } = next.https;
          next.https = rest;
        },
      ],
    },
  };
}
