import { once } from "node:events";
import { MaxRedirectsError, type Request, type Response } from "got";
import * as z from "zod";
import type { HealthCheck, ProbeResult } from "../../core/ports.ts";
import { type BodyMatcher, bodyMatcher, bodyMatchSchema } from "../body-match.ts";
import { describeFailure } from "../failure.ts";
import { headersSchema } from "../headers.ts";
import { hostNameSchema, hostPort, hostSchema, portSchema } from "../host.ts";
import { type HttpRequest, MAX_REDIRECTS, open } from "../http-request.ts";
import { failing, PASSING } from "../result.ts";
import { matchesStatus, statusRangeSchema } from "../status-ranges.ts";
import { timingFields } from "../timing.ts";
import { readTlsFiles } from "../tls-files.ts";

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
    scheme: z.enum(["http", "https"]).default("http").describe("Protocol of the request: http, or https for TLS."),
    method: z
      .enum(["GET", "HEAD", "POST", "PUT", "OPTIONS"])
      .default("GET")
      .describe("Method of the request; it is sent without a body."),
    headers: headersSchema.default({}).describe("Headers to send, by name."),
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
    serverName: hostNameSchema
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
  const request: HttpRequest = {
    ...config,
    url: target(config),
    serverName: config.serverName,
    tls: readTlsFiles(config),
  };
  const matches = config.bodyMatch === undefined ? undefined : bodyMatcher(new RegExp(config.bodyMatch));
  return { probe: (signal) => probe(config, request, matches, signal) };
}

async function probe(
  config: HttpConfig,
  request: HttpRequest,
  matches: BodyMatcher | undefined,
  signal: AbortSignal,
): Promise<ProbeResult> {
  if (signal.aborted) return failing("ended before it began");
  const { stream, close } = open(request, signal);
  let status: number | undefined;
  try {
    const [response] = (await once(stream, "response")) as [Response];
    status = response.statusCode;
    if (!matchesStatus(status, config.expectStatus))
      return failing(`status ${status} (want ${config.expectStatus.join(", ")})`);
    const body = await read(stream, config.maxBody);
    return matches === undefined ? PASSING : judge(config, matches, body);
  } catch (error) {
    const last = stream.redirectUrls.at(-1);
    const at = last?.host ?? hostPort(config.host, config.port);
    if (error instanceof MaxRedirectsError)
      return failing(`redirects for ever: more than ${MAX_REDIRECTS}, the last to ${last}`);
    return failing(signal.aborted ? progress(stream, at, status) : describeFailure(error, at));
  } finally {
    close();
  }
}

/** The body up to `limit` bytes; what comes after them is not waited for. */
async function read(stream: AsyncIterable<Buffer>, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= limit) break;
  }
  return Buffer.concat(chunks).subarray(0, limit);
}

function judge(config: HttpConfig, matches: BodyMatcher, body: Buffer): ProbeResult {
  const found = matches(body.toString());
  if (found === undefined)
    return failing(`/${config.bodyMatch}/ takes too long on this body; write a simpler expression`);
  return found ? PASSING : failing(`body does not match /${config.bodyMatch}/ in ${body.length} bytes`);
}

/** How far a probe came that was ended from outside. */
function progress(stream: Request, at: string, status: number | undefined): string {
  if (status !== undefined) return `status ${status} came, the end of the body did not`;
  const { connect, secureConnect } = stream.timings ?? {};
  if (connect === undefined) return `no connection to ${at}`;
  const secured = stream.options.url?.toString().startsWith("https:") !== true || secureConnect !== undefined;
  return secured ? `connected to ${at}, no status came` : `connected to ${at}, the TLS handshake did not end`;
}
