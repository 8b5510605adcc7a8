import { once } from "node:events";
import { Agent as HttpAgent, validateHeaderName, validateHeaderValue } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import got, { MaxRedirectsError, type OptionsInit, type Request, type Response } from "got";
import * as z from "zod";
import type { HealthCheck, ProbeResult } from "../../core/ports.ts";
import { bodyMatchSchema, matchesBody } from "../body-match.ts";
import { describeFailure } from "../failure.ts";
import { hostPort, hostSchema, portSchema } from "../host.ts";
import { failing, PASSING } from "../result.ts";
import { matchesStatus, statusRangeSchema } from "../status-ranges.ts";
import { timingFields } from "../timing.ts";
import { readTlsFiles } from "../tls-files.ts";

const MAX_REDIRECTS = 10;

export const schema = z
  .strictObject({
    kind: z
      .literal("http")
      .describe(
        "Healthy when an HTTP request is answered with an expected status, and a matching body where one is asked for.",
      ),
    ...timingFields,
    host: hostSchema.default("127.0.0.1").describe("Address or name to connect to."),
    port: portSchema.describe("TCP port to connect to."),
    path: z
      .string()
      .max(2048)
      .default("")
      .describe("Path and query of the request, with or without the leading slash."),
    scheme: z.enum(["http", "https"]).default("http").describe("http, or https for TLS."),
    method: z
      .enum(["GET", "HEAD", "POST", "PUT", "OPTIONS"])
      .default("GET")
      .describe("Method of the request; it is sent without a body."),
    headers: z
      .record(z.string(), z.string())
      .superRefine(refuseBadHeaders)
      .default({})
      .describe("Headers to send, by name."),
    expectStatus: z
      .array(statusRangeSchema)
      .min(1)
      .default(["200-299"])
      .describe("Status codes that are healthy, as numbers or ranges; the status after redirects counts."),
    bodyMatch: bodyMatchSchema
      .optional()
      .describe(
        "Regular expression (JavaScript, without slashes) that the body must match somewhere in its first maxBody bytes.",
      ),
    maxBody: z
      .int()
      .min(1)
      .max(16 * 1024 * 1024)
      .default(64 * 1024)
      .describe("Bytes of the body that are read; the connection is closed after them and the probe has its answer."),
    followRedirects: z
      .boolean()
      .default(true)
      .describe(`Whether redirects are followed, ${MAX_REDIRECTS} at most; false to expect a 3xx status.`),
    insecureSkipVerify: z
      .boolean()
      .default(false)
      .describe(
        "Whether any certificate of the service is accepted, as for one made for another name or signed by itself.",
      ),
    ca: z
      .string()
      .min(1)
      .optional()
      .describe(
        "PEM file of the authorities that may have signed the service's certificate, in place of the system's; read at start.",
      ),
    cert: z.string().min(1).optional().describe("PEM file of the client certificate to show; read at start."),
    key: z.string().min(1).optional().describe("PEM file of the client certificate's private key; read at start."),
    serverName: hostSchema
      .optional()
      .describe(
        "Name of the service, in TLS (SNI and certificate) and as Host header, where it is not the host connected to.",
      ),
  })
  .refine((config) => (config.cert === undefined) === (config.key === undefined), {
    error: "cert and key go together: one was given without the other",
    path: ["key"],
  });

export type HttpConfig = z.output<typeof schema>;

/** What the check probes, for its name: `http://127.0.0.1:8080/healthz`. */
export function target(config: HttpConfig): string {
  return `${config.scheme}://${hostPort(config.host, config.port)}/${config.path.replace(/^\//, "")}`;
}

/** A check that sends one request for each probe over a connection of its own. Reads the TLS files now; throws UsageError when they cannot be used. */
export function create(config: HttpConfig): HealthCheck {
  const pattern = config.bodyMatch === undefined ? undefined : new RegExp(config.bodyMatch);
  const tls = readTlsFiles(config);
  return { probe: (signal) => probe(config, pattern, requestOptions(config, tls, signal)) };
}

function requestOptions(
  config: HttpConfig,
  tls: OptionsInit["https"],
  signal: AbortSignal,
): OptionsInit & { signal: AbortSignal } {
  return {
    signal,
    method: config.method,
    headers: {
      "user-agent": "bgp-lb",
      ...(config.serverName !== undefined && { host: config.serverName }),
      ...config.headers,
    },
    followRedirect: config.followRedirects,
    maxRedirects: MAX_REDIRECTS,
    throwHttpErrors: false,
    // The monitor counts failures; a retry in here would hide them from it.
    retry: { limit: 0 },
    // No Accept-Encoding goes out, so that bodyMatch sees text and a small answer cannot unpack into a large one.
    decompress: false,
    https: {
      ...tls,
      rejectUnauthorized: !config.insecureSkipVerify,
      ...(config.serverName !== undefined && { serverName: config.serverName }),
    },
    hooks: {
      beforeRedirect: [
        (redirected) => {
          const { hostname } = new URL(redirected.url ?? target(config));
          if (hostname === new URL(target(config)).hostname) return;
          // The name and the client certificate are for the configured service, not for whom it points to.
          const { serverName: _name, certificate: _certificate, key: _key, ...rest } = redirected.https;
          redirected.https = rest;
        },
      ],
    },
  };
}

async function probe(
  config: HttpConfig,
  pattern: RegExp | undefined,
  options: OptionsInit & { signal: AbortSignal },
): Promise<ProbeResult> {
  if (options.signal.aborted) return failing("ended before it began");
  // Agents of this probe alone: a fresh connection proves that the service still accepts some, a full TLS handshake that its certificate is good,
  // and their end takes along every connection, also those that redirects left half read.
  const agent = {
    http: new HttpAgent({ keepAlive: false }),
    https: new HttpsAgent({ keepAlive: false, maxCachedSessions: 0 }),
  };
  const stream = got.stream(target(config), { ...options, agent });
  // Errors after the verdict have nobody else who takes them.
  stream.on("error", () => {});
  try {
    return await judge(config, pattern, stream);
  } catch (error) {
    if (options.signal.aborted) return failing(progress(config, stream));
    if (error instanceof MaxRedirectsError)
      return failing(`redirects for ever: more than ${MAX_REDIRECTS}, the last to ${stream.redirectUrls.at(-1)}`);
    const last = stream.redirectUrls.at(-1);
    return failing(describeFailure(error, last === undefined ? hostPort(config.host, config.port) : last.host));
  } finally {
    stream.destroy();
    agent.http.destroy();
    agent.https.destroy();
  }
}

async function judge(config: HttpConfig, pattern: RegExp | undefined, stream: Request): Promise<ProbeResult> {
  const [response] = (await once(stream, "response")) as [Response];
  const { statusCode } = response;
  if (!matchesStatus(statusCode, config.expectStatus))
    return failing(`status ${statusCode} (want ${config.expectStatus.join(", ")})`);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= config.maxBody) break;
  }
  if (pattern === undefined) return PASSING;
  const body = Buffer.concat(chunks).subarray(0, config.maxBody).toString();
  const matches = matchesBody(pattern, body);
  if (matches === undefined) return failing(`${pattern} takes too long on this body; write a simpler expression`);
  return matches ? PASSING : failing(`body does not match ${pattern} in ${Math.min(size, config.maxBody)} bytes`);
}

/** How far a probe came that was ended from outside. */
function progress(config: HttpConfig, stream: Request): string {
  const at = hostPort(config.host, config.port);
  if (stream.response !== undefined) return `status ${stream.response.statusCode} came, the end of the body did not`;
  if (stream.timings?.connect === undefined) return `no connection to ${at}`;
  const secured = config.scheme === "http" || stream.timings.secureConnect !== undefined;
  return secured ? `connected to ${at}, no status came` : `connected to ${at}, the TLS handshake did not end`;
}

function refuseBadHeaders(headers: Readonly<Record<string, string>>, context: z.core.$RefinementCtx): void {
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch (error) {
      context.issues.push({ code: "custom", input: value, path: [name], message: (error as Error).message });
    }
  }
}
