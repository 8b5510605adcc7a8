import * as z from "zod";
import { durationSchema } from "../health/duration-schema.ts";
import type { Flag } from "./flags.ts";
import { FLAGS } from "./flags.ts";
import type { JsonSchema } from "./json-schema.ts";
import { jsonSchema } from "./json-schema.ts";

const DURATION = (z.toJSONSchema(durationSchema, { io: "input" }) as { pattern?: string }).pattern;

const HEAD = `<!-- Made by \`npm run docs\` from src/config; a change here is overwritten. -->
# Configuration

One JSON file, \`/etc/bgp-lb/config.json\` unless \`-config\` names another. \`bgp-lb check -config FILE\` tells every problem of it at once,
and prints what it means with every default written out. [config-example.json](../config-example.json) is an example; an editor that is given
\`"$schema": "./config-schema.json"\` completes and checks while you type.

- A file of the original bgp-lb works as it is. Keys in another letter case and \`null\` are accepted as they were, with a warning; a key that
  nothing reads, and a key that is written twice, are errors.
- A duration is a text: \`"300ms"\`, \`"1s"\`, \`"2m"\`, \`"1h"\`.
- A service needs a health check. The original pinged 1.1.1.1 and 8.8.8.8 where there was none; who wants that writes it down:
  \`"pinghealthcheck": { "addresses": ["1.1.1.1", "8.8.8.8"] }\`.
- \`httphealthcheck\` and \`pinghealthcheck\` keep the original's timing: every second, timeout 3 s, one answer decides (rise 1, fall 1).
- One VIP may stand in several services, each with other ports; it is announced while all of them are healthy.
- A VIP with a length below 32 (IPv4) or 128 (IPv6) is a route for the whole prefix: next hops and peers must not be in it.
`;

/** docs/configuration.md: every key and every flag, from the schema and the table of flags. */
export function referencePage(): string {
  return `${[HEAD, "## The file\n", table(jsonSchema), ...sections(jsonSchema, ""), FLAGS_HEAD, flagTable()].join("\n")}`;
}

/** config-schema.json: for editors, by `$schema`. */
export function jsonSchemaText(): string {
  return `${JSON.stringify(jsonSchema, null, 2)}\n`;
}

const FLAGS_HEAD = `## Flags

In Go's syntax: \`-x v\`, \`-x=v\`, \`--x v\` or \`--x=v\`; a boolean is \`-x\`, or \`-x=true\` and \`-x=false\` (also 1, t, T, TRUE, True, 0, f, F, FALSE, False),
and never takes the next word.
`;

function sections(schema: JsonSchema, at: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const path = `${at === "" ? "" : `${at}.`}${name}${child.items === undefined ? "" : "[]"}`;
    const own = child.items ?? child;
    // The same schema as `service`, which comes first.
    if (path === "services[]") return [];
    const kinds = (own.oneOf ?? []).filter((one) => one.properties?.["kind"] !== undefined);
    if (kinds.length > 0) return kinds.flatMap((kind) => checkSection(path, kind));
    const object = own.properties === undefined ? own.anyOf?.find((one) => one.properties !== undefined) : own;
    if (object === undefined) return [];
    return [section(path, child), table(object), ...sections(object, path)];
  });
}

function section(path: string, { description }: JsonSchema): string {
  const title = path === "service" ? "`service`, and each of `services`" : `\`${path}\``;
  return `### ${title}\n${description === undefined ? "" : `\n${description}\n`}`;
}

function checkSection(path: string, schema: JsonSchema): string[] {
  const { kind, ...properties } = schema.properties ?? {};
  const title = `### \`${path}\` of kind \`${String(kind?.const)}\`\n\n${kind?.description ?? ""}\n`;
  return [title, table({ ...schema, properties: { kind: { const: kind?.const }, ...properties } })];
}

function table(schema: JsonSchema): string {
  const rows = Object.entries(schema.properties ?? {}).map(([name, child]) => {
    const meaning = child.const === undefined ? (child.description ?? "") : "The kind of this check.";
    return row([`\`${name}\``, typeText(child), defaultText(child, schema.required?.includes(name) ?? false), meaning]);
  });
  return `${[row(["Key", "Type", "Default", "Meaning"]), row(["---", "---", "---", "---"]), ...rows].join("\n")}\n`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function defaultText(schema: JsonSchema, required: boolean): string {
  if (schema["x-default"] !== undefined) return schema["x-default"].replace(/^needed/, "**needed**");
  if (schema.default !== undefined) return `\`${JSON.stringify(schema.default)}\``;
  return required ? "**needed**" : "none";
}

function typeText(schema: JsonSchema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(", ");
  const forms = schema.anyOf ?? [];
  if (forms.length > 0) return forms.map(typeText).join(" or ");
  if (schema.oneOf !== undefined) return "object, by `kind`";
  if (schema.pattern !== undefined && schema.pattern === DURATION) return "duration";
  switch (schema.type) {
    case "string":
      return "text";
    case "boolean":
      return "`true`, `false`";
    case "integer":
      return schema.minimum === undefined ? "whole number" : `${schema.minimum} to ${schema.maximum ?? "any"}`;
    case "array":
      return `list of ${schema.items === undefined ? "anything" : typeText(schema.items)}`;
    default:
      return typeof schema.additionalProperties === "object"
        ? `object of ${typeText(schema.additionalProperties)}`
        : "object";
  }
}

function flagTable(): string {
  const rows = (FLAGS as readonly Flag[]).map(({ name, kind, default: value, placeholder, meaning }) =>
    row([
      `\`-${name}${placeholder === undefined ? "" : ` ${placeholder}`}\``,
      kind,
      value === undefined ? "" : `\`${value}\``,
      meaning,
    ]),
  );
  return `${[row(["Flag", "Type", "Default", "Meaning"]), row(["---", "---", "---", "---"]), ...rows].join("\n")}\n`;
}
