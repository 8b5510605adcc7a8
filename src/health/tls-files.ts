import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { messageOf, UsageError } from "../core/errors.ts";

/** PEM texts as got takes them. */
export interface TlsMaterial {
  readonly certificateAuthority?: Buffer;
  readonly certificate?: Buffer;
  readonly key?: Buffer;
}

/** Reads the PEM files that a check names and tries them; throws UsageError that names the field, the file and what is wrong with it. */
export function readTlsFiles(files: {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}): TlsMaterial {
  const ca = read("ca", files.ca);
  const cert = read("cert", files.cert);
  const key = read("key", files.key);
  // createSecureContext takes a file without any certificate for an authority without a word.
  if (ca) attempt(`ca ${files.ca}: no PEM certificate`, () => new X509Certificate(ca));
  if (cert) attempt(`cert ${files.cert}: no PEM certificate`, () => new X509Certificate(cert));
  if (cert && key)
    attempt(`key ${files.key}: not the PEM private key of cert ${files.cert}`, () =>
      createSecureContext({ cert, key }),
    );
  return {
    ...(ca && { certificateAuthority: ca }),
    ...(cert && { certificate: cert }),
    ...(key && { key }),
  };
}

function read(field: string, path: string | undefined): Buffer | undefined {
  return path === undefined ? undefined : attempt(`${field} ${path} cannot be read`, () => readFileSync(path));
}

function attempt<T>(what: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new UsageError(`${what} (${messageOf(error)})`);
  }
}
