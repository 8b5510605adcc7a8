import { open, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parseDocument } from "yaml";
import { messageOf, UsageError } from "../core/errors.ts";
import { webSchema } from "./web-schema.ts";
import type { TlsTerms } from "./web-tls.ts";
import { tlsTerms } from "./web-tls.ts";

/** Who may read the metrics, and how. */
export interface WebConfig {
  /** undefined: plain HTTP. */
  readonly tls: TlsTerms | undefined;
  /** bcrypt hashes by user; empty: nobody is asked. */
  readonly users: ReadonlyMap<string, string>;
  /** Of each answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** A text that differs when one of the files that were read has changed. */
  readonly marks: string;
  readonly files: readonly string[];
}

export const OPEN: WebConfig = { tls: undefined, users: new Map(), headers: {}, marks: "", files: [] };

/** A limit, so that a wrong path such as /dev/zero ends in a clear line. */
const LARGEST = 1024 * 1024;

/** Reads a web configuration file (exporter-toolkit, docs/web-configuration.md) and the files that it names; throws UsageError with every problem of it. */
export async function readWebConfig(file: string): Promise<WebConfig> {
  const document = parseDocument(await readBounded(file));
  const problems = document.errors.map(({ message }) => message.replace(/:?\n[\s\S]*/, ""));
  if (problems.length > 0) throw new UsageError(problems.map((one) => `${file}: not YAML: ${one}`).join("\n"));
  const parsed = webSchema.safeParse(toValue(file, document) ?? {});
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => `${file}: ${[...path, message].join(": ")}`);
    throw new UsageError(lines.join("\n"));
  }
  const { tls_server_config: tls, http_server_config: http, basic_auth_users: users = {} } = parsed.data;
  const files = [file];
  const read = (key: string, name: string) => {
    const path = resolve(dirname(file), name);
    files.push(path);
    return readBounded(path).catch((error: unknown) => {
      throw new UsageError(`${key}: ${messageOf(error)}`);
    });
  };
  // Before they are read: a change in between is then seen at the next look.
  const named = [tls?.cert_file, tls?.key_file, tls?.client_ca_file].filter((name) => name !== undefined);
  const marks = await marksOf([file, ...named.map((name) => resolve(dirname(file), name))]);
  try {
    const terms = tls === undefined ? undefined : await tlsTerms(tls, read);
    const headers = Object.entries(http?.headers ?? {}).filter((entry): entry is [string, string] => Boolean(entry[1]));
    const known = new Map(Object.entries(users));
    return { tls: terms, users: known, headers: Object.fromEntries(headers), marks, files };
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${file}: tls_server_config: ${error.message}`) : error;
  }
}

/** Text that differs when one of the files was changed or replaced; one that is not there has its own. */
export async function marksOf(files: readonly string[]): Promise<string> {
  const marks = files.map(async (file) => {
    try {
      const { ino, size, mtimeMs, ctimeMs } = await stat(file);
      return [ino, size, mtimeMs, ctimeMs].join(" ");
    } catch (error) {
      return messageOf(error);
    }
  });
  return (await Promise.all(marks)).join("\n");
}

function toValue(file: string, document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 10 });
  } catch (error) {
    throw new UsageError(`${file}: ${messageOf(error)}`);
  }
}

async function readBounded(file: string): Promise<string> {
  try {
    const handle = await open(file, "r");
    try {
      const buffer = Buffer.alloc(LARGEST + 1);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
      if (bytesRead > LARGEST) throw new Error("it is larger than 1 MiB");
      return buffer.toString("utf8", 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new UsageError(`cannot read ${JSON.stringify(file)} (${messageOf(error)})`);
  }
}
