import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import type { JsonSchema } from "../../src/config/json-schema.ts";
import { jsonSchema } from "../../src/config/json-schema.ts";
import { jsonSchemaText, referencePage } from "../../src/config/reference.ts";
import { isValid } from "./json-schema-validator.ts";

async function file(name: string): Promise<string> {
  return readFile(new URL(`../../${name}`, import.meta.url), "utf8");
}

test("config-schema.json is up to date (else: npm run docs)", async () => {
  assert.equal(await file("config-schema.json"), jsonSchemaText());
});

test("docs/configuration.md is up to date (else: npm run docs)", async () => {
  assert.equal(await file("docs/configuration.md"), referencePage());
});

test("config-example.json and the original's example are valid by config-schema.json", async () => {
  const schema = JSON.parse(await file("config-schema.json")) as JsonSchema;
  assert.ok(isValid(schema, JSON.parse(await file("config-example.json"))));
  assert.ok(isValid(schema, JSON.parse(await file("test/fixtures/config/original-example.json"))));
  assert.ok(!isValid(schema, { servise: {} }));
});

test("every key says what it means", () => {
  const silent: string[] = [];
  const walk = (schema: JsonSchema, path: string): void => {
    for (const [key, child] of Object.entries(schema.properties ?? {})) {
      if (child.description === undefined || child.description === "") silent.push(`${path}.${key}`);
      walk(child, `${path}.${key}`);
    }
    for (const one of [schema.items, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])])
      if (one !== undefined) walk(one, `${path}[]`);
  };
  walk(jsonSchema, "");
  assert.deepEqual(silent, []);
});
