import type { SecureContextOptions, TLSSocket } from "node:tls";
import { createSecureContext, getCiphers } from "node:tls";
import { messageOf, UsageError } from "../core/errors.ts";
import type { WebTls } from "./web-schema.ts";
import { CURVES, VERSIONS } from "./web-schema.ts";

/** How TLS is served. */
export interface TlsTerms {
  readonly context: SecureContextOptions;
  /** Clients are asked for a certificate. */
  readonly asks: boolean;
  /** Those without one that our authority signed are turned away in the handshake. */
  readonly demands: boolean;
  /** Why this client is turned away after the handshake; undefined: it is not. */
  readonly refusal: (socket: TLSSocket) => string | undefined;
}

/** Those of TLS 1.3 are no matter of choice in the convention. */
const ALWAYS = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];

/** Reads what the section names by `read`, tries it, and throws UsageError that begins with the key that is wrong. */
export async function tlsTerms(tls: WebTls, read: (key: string, file: string) => Promise<string>): Promise<TlsTerms> {
  const one = async (key: "cert" | "key" | "client_ca") => {
    const file = tls[`${key}_file`];
    return file === undefined ? tls[key] : read(`${key}_file`, file);
  };
  const [cert, key, ca] = [await one("cert"), await one("key"), await one("client_ca")];
  const ciphers = tls.cipher_suites.map(cipherOf);
  const context: SecureContextOptions = {
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(ca !== undefined && { ca }),
    ...(ciphers.length > 0 && { ciphers: [...new Set([...ALWAYS, ...ciphers])].join(":") }),
    ...(tls.curve_preferences.length > 0 && { ecdhCurve: tls.curve_preferences.map((name) => CURVES[name]).join(":") }),
    minVersion: VERSIONS[tls.min_version],
    maxVersion: VERSIONS[tls.max_version],
    honorCipherOrder: tls.prefer_server_cipher_suites,
  };
  try {
    createSecureContext(context);
  } catch (error) {
    throw new UsageError(`cert and key do not make a pair that TLS can use: ${messageOf(error)}`);
  }
  const type = tls.client_auth_type;
  return {
    context,
    asks: type !== "NoClientCert",
    demands: type === "RequireAndVerifyClientCert",
    refusal: (socket) => refusal(socket, type, tls.client_allowed_sans),
  };
}

function refusal(socket: TLSSocket, type: WebTls["client_auth_type"], sans: readonly string[]): string | undefined {
  if (type === "NoClientCert" || type === "RequestClientCert") return undefined;
  const { subjectaltname = "", raw } = socket.getPeerCertificate();
  if (raw === undefined) return type === "VerifyClientCertIfGiven" ? undefined : "a client certificate is needed";
  if (type !== "RequireAnyClientCert" && !socket.authorized) return "the client certificate is not to be trusted";
  if (sans.length === 0) return undefined;
  const names = subjectaltname.split(", ").map((name) => name.replace(/^(?:DNS|IP Address|email|URI):/, ""));
  return names.some((name) => sans.includes(name)) ? undefined : "no name of the client certificate is allowed";
}

/** Go's (IANA's) name of a cipher suite in OpenSSL's words: `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256` is `ECDHE-RSA-AES128-GCM-SHA256`. */
function cipherOf(name: string): string {
  if (ALWAYS.includes(name)) return name;
  const own = name
    .replace(/^TLS_(?:RSA_WITH_)?/, "")
    .replace("WITH_", "")
    .replace(/AES_(\d+)/, "AES$1")
    .replace(/_CBC_SHA$/, "_SHA")
    .replace(/POLY1305_SHA256$/, "POLY1305")
    .replaceAll("_", "-");
  if (name.startsWith("TLS_") && getCiphers().includes(own.toLowerCase())) return own;
  throw new UsageError(`cipher_suites: ${JSON.stringify(name)} is no cipher suite that Node can use`);
}
