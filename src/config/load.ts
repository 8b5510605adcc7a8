import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { announceFindings } from "./announce-rules.ts";
import { bgpFindings, bgpWarnings } from "./bgp-rules.ts";
import type { Config, Loaded } from "./config.ts";
import { conflictFindings, overlapWarnings } from "./conflicts.ts";
import type { Facts, Raw } from "./facts.ts";
import { isRecord, readFacts } from "./facts.ts";
import type { Finding } from "./issues.ts";
import { explain, findings } from "./issues.ts";
import type { JsonNode } from "./json.ts";
import { JsonSyntaxError, parseJson } from "./json.ts";
import { jsonSchema } from "./json-schema.ts";
import type { Reading } from "./keys.ts";
import { readKeys } from "./keys.ts";
import { type ReadFile, readPasswordFile, readPasswords } from "./password-file.ts";
import type { Problem } from "./problem.ts";
import { ConfigError, excerpt, pathText, placesIn } from "./problem.ts";
import { resolve } from "./resolve.ts";
import { configSchema } from "./schema.ts";
import { serviceFindings, serviceWarnings } from "./service-rules.ts";

/** What the command line says that the file has to go together with. */
export interface Context {
  /** Where metrics are served, undefined where they are not. */
  readonly metricsAddress?: { readonly port: number } | undefined;
  /** gobgpd's API where the file does not say; by default gobgpd's own port on loopback. */
  readonly gobgpAddress?: string | undefined;
  /** Reads the files that peers name; the real one unless given. */
  readonly readFile?: ReadFile | undefined;
}

const GOBGP_ADDRESS = "127.0.0.1:50051";

/** More than ten thousand services take; a limit, so that a wrong path such as /dev/zero ends in a clear line. */
const LARGEST = 16 * 1024 * 1024;

/** Reads a config file; throws ConfigError with every problem of it when it cannot be used. */
export async function loadConfig(file: string, context: Context = {}): Promise<Loaded> {
  return parseConfig(await readConfigText(file), file, context);
}

/** Reads the text of a config file; `file` stands in messages, and is what relative paths in the text are relative to. */
export function parseConfig(source: string, file: string, context: Context = {}): Loaded {
  const text = source.replace(/^\uFEFF/, "");
  const reading = readKeys(parse(text, file), jsonSchema);
  const facts = readFacts(reading.value);
  const parsed = configSchema.safeParse(reading.value, { error: explain });
  const passwords = readPasswords(facts.passwordFiles, file, context.readFile ?? readPasswordFile);
  const found: Finding[] = [
    ...reading.problems,
    ...(parsed.success ? [] : findings(parsed.error.issues, reading.value)),
    ...(isRecord(reading.value) ? between(facts, reading.value) : []),
    ...passwords.problems,
  ];
  if (found.length > 0 || !parsed.success) throw new ConfigError(problems(found, text, file, reading));
  const config = resolve(parsed.data, facts, passwords, file, context.gobgpAddress ?? GOBGP_ADDRESS);
  return {
    config,
    warnings: [...warnings(facts, reading, config, context), ...pageWarnings(config, context), ...passwords.warnings],
  };
}

/** What is wrong between values that are well-formed each by itself. */
function between(facts: Facts, root: Raw): Finding[] {
  const none = root["service"] === undefined && root["services"] === undefined;
  return [
    ...bgpFindings(facts),
    ...facts.services.flatMap(serviceFindings),
    ...conflictFindings(facts),
    ...announceFindings(facts),
    ...(none ? [NO_SERVICE] : []),
  ];
}

const NO_SERVICE: Finding = {
  path: ["services"],
  message: 'missing; write "service": { ... } for one, or "services": [ ... ] for several',
};

function parse(text: string, file: string): JsonNode {
  if (text.trim() === "") throw new ConfigError([{ file, path: "", message: EMPTY }]);
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const place = placesIn(text)(error.offset);
    const message = `not JSON: ${error.message}\n${excerpt(text, place.line, place.column, error.keys)}`;
    throw new ConfigError([{ file, path: "", ...place, message }]);
  }
}

const EMPTY = "the file is empty; it must hold a config in JSON, of which config-example.json is an example";

function warnings(facts: Facts, reading: Reading, { sharedPrefix }: Config, context: Context): string[] {
  const { services } = facts;
  return [
    ...reading.warnings,
    ...bgpWarnings(facts),
    ...(services.length === 0 ? ["services: empty, so nothing is announced"] : []),
    ...services.flatMap((service) => serviceWarnings(service, context.metricsAddress?.port)),
    ...overlapWarnings(services, sharedPrefix),
  ];
}

function pageWarnings({ page: { address } }: Config, { metricsAddress }: Context): string[] {
  if (typeof address === "string" || address.port !== metricsAddress?.port) return [];
  return [
    `page.address: ${address.port} is also the port of -metrics-address: where both mean the same address, the page cannot listen; take another port`,
  ];
}

/** Each once, in the order of the file. */
function problems(found: readonly Finding[], text: string, file: string, { offsets }: Reading): Problem[] {
  const placeOf = placesIn(text);
  const sited = found.map(({ path, message }) => {
    let site = path;
    while (site.length > 0 && !offsets.has(pathText(site))) site = site.slice(0, -1);
    return { offset: offsets.get(pathText(site)) ?? 0, path: pathText(path), message };
  });
  const once = new Map(sited.map((one) => [`${one.path} ${one.message}`, one]));
  return [...once.values()]
    .sort((a, b) => a.offset - b.offset)
    .map(({ offset, path, message }) => ({ file, ...placeOf(offset), path, message }));
}

/** The text of a config file; throws ConfigError where it cannot be read. */
export async function readConfigText(file: string): Promise<string> {
  const fail = (message: string) => new ConfigError([{ file, path: "", message }]);
  let bytes: Buffer;
  try {
    const handle = await open(file, "r");
    try {
      if ((await handle.stat()).isDirectory()) throw fail("is a directory; -config must name a file");
      bytes = await readBounded(handle);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw fail(cannotRead(error));
  }
  if (bytes.length > LARGEST) throw fail(`is larger than ${LARGEST / 1024 / 1024} MiB, which no config is`);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw fail("is not text in UTF-8; save it as UTF-8");
  }
}

async function readBounded(handle: FileHandle): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of handle.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > LARGEST) break;
  }
  return Buffer.concat(chunks);
}

function cannotRead(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "there is no such file; name the config file with -config FILE";
  if (code === "EACCES" || code === "EPERM")
    return "this user may not read it; check the owner and mode of the file and its directories";
  if (code === "ENOTDIR") return "a part of the path before the last is not a directory";
  return `cannot be read: ${message}`;
}
