import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** PEM files of an authority, and of what it signed. */
export interface Certificates {
  readonly ca: string;
  /** For www.example.com and 127.0.0.1. */
  readonly server: { readonly cert: string; readonly key: string };
  /** For the same names, until yesterday. */
  readonly expired: { readonly cert: string; readonly key: string };
  readonly client: { readonly cert: string; readonly key: string };
  /** A file beside them, for what a test writes. */
  file(name: string, content: string): string;
  read(path: string): Buffer;
}

/** Makes an authority, a server and a client certificate with openssl, in a directory that goes with the test. */
export function certificates(t: TestContext): Certificates {
  const directory = mkdtempSync(join(tmpdir(), "bgp-lb-tls-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = (name: string) => join(directory, name);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: directory, stdio: "pipe" });
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  openssl("req", "-x509", ...curve, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test authority");
  for (const [name, names, days] of [
    ["server", "DNS:www.example.com,IP:127.0.0.1", "2"],
    ["expired", "DNS:www.example.com,IP:127.0.0.1", "-1"],
    ["client", "DNS:client", "2"],
  ] as const) {
    openssl("req", ...curve, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${name}`);
    writeFileSync(path(`${name}.ext`), `subjectAltName=${names}\n`);
    const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", days, "-extfile", `${name}.ext`];
    openssl("x509", "-req", "-in", `${name}.csr`, "-out", `${name}.pem`, ...signed);
  }
  return {
    ca: path("ca.pem"),
    server: { cert: path("server.pem"), key: path("server.key") },
    expired: { cert: path("expired.pem"), key: path("expired.key") },
    client: { cert: path("client.pem"), key: path("client.key") },
    file: (name, content) => {
      writeFileSync(path(name), content);
      return path(name);
    },
    read: (file) => readFileSync(file),
  };
}
