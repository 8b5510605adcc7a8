import { z } from "zod";

/** bcrypt as htpasswd, Go and Python write it; a cost above 16 takes seconds for each comparison. */
const hash = z.string().regex(/^\$2[abxy]\$(?:0[4-9]|1[0-6])\$[./A-Za-z0-9]{53}$/, {
  error: "must be a bcrypt hash with a cost of 4 to 16, as `htpasswd -nBC 10 USER` prints it after the colon",
});

const text = z.string().min(1, { error: "must not be empty" });
export const VERSIONS = { TLS10: "TLSv1", TLS11: "TLSv1.1", TLS12: "TLSv1.2", TLS13: "TLSv1.3" } as const;
export const CURVES = {
  CurveP256: "prime256v1",
  CurveP384: "secp384r1",
  CurveP521: "secp521r1",
  X25519: "X25519",
} as const;
const version = z.enum(Object.keys(VERSIONS) as (keyof typeof VERSIONS)[]);

const tls = z
  .strictObject({
    cert_file: text.optional(),
    cert: text.optional(),
    key_file: text.optional(),
    key: text.optional(),
    client_auth_type: z
      .enum([
        "NoClientCert",
        "RequestClientCert",
        "RequireAnyClientCert",
        "VerifyClientCertIfGiven",
        "RequireAndVerifyClientCert",
      ])
      .default("NoClientCert"),
    client_ca_file: text.optional(),
    client_ca: text.optional(),
    client_allowed_sans: z.array(text).default([]),
    min_version: version.default("TLS12"),
    max_version: version.default("TLS13"),
    cipher_suites: z.array(text).default([]),
    prefer_server_cipher_suites: z.boolean().default(true),
    curve_preferences: z.array(z.enum(Object.keys(CURVES) as (keyof typeof CURVES)[])).default([]),
  })
  .superRefine((value, context) => {
    const fault = (key: string, message: string) => context.addIssue({ code: "custom", path: [key], message });
    for (const key of ["cert", "key"] as const) {
      const [inline, file] = [value[key], value[`${key}_file`]];
      if (inline === undefined && file === undefined) fault(`${key}_file`, "missing");
      if (inline !== undefined && file !== undefined) fault(key, `stands beside ${key}_file; only one of them counts`);
    }
    if (value.client_ca !== undefined && value.client_ca_file !== undefined)
      fault("client_ca", "stands beside client_ca_file; only one of them counts");
    const authority = value.client_ca ?? value.client_ca_file;
    const verifies = value.client_auth_type.includes("Verify");
    if (verifies && authority === undefined) fault("client_ca_file", `missing: ${value.client_auth_type} needs it`);
    if (!verifies && authority !== undefined)
      fault("client_auth_type", "must be one that verifies, since there is a client_ca");
    if (value.client_allowed_sans.length > 0 && value.client_auth_type !== "RequireAndVerifyClientCert")
      fault("client_allowed_sans", "counts only with client_auth_type RequireAndVerifyClientCert");
    if (value.min_version > value.max_version) fault("min_version", "is above max_version");
  });

/** The web configuration of Prometheus exporters (exporter-toolkit, docs/web-configuration.md), as far as this server can follow it. */
export const webSchema = z.strictObject({
  tls_server_config: tls.optional(),
  http_server_config: z
    .strictObject({
      /** What is served here is HTTP/1.1, to which every scraper falls back. */
      http2: z.boolean().optional(),
      headers: z
        .strictObject({
          "Content-Security-Policy": text.optional(),
          "Strict-Transport-Security": text.optional(),
          "X-Content-Type-Options": text.optional(),
          "X-Frame-Options": text.optional(),
          "X-XSS-Protection": text.optional(),
        })
        .optional(),
    })
    .optional(),
  basic_auth_users: z.record(text, hash).optional(),
});

export type WebTls = NonNullable<z.output<typeof webSchema>["tls_server_config"]>;
