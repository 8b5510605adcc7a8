import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { effective } from "../../src/config/effective.ts";
import { jsonSchema } from "../../src/config/json-schema.ts";
import { parseConfig } from "../../src/config/load.ts";
import { ConfigError } from "../../src/config/problem.ts";
import { anyConfig, PASSWORD, READ } from "./any-config.ts";
import { isValid } from "./json-schema-validator.ts";

/** Answers the problems of a text; fails on anything thrown that is not a ConfigError that says something. */
function problemsOf(text: string): number {
  try {
    parseConfig(text, "config.json", { metricsAddress: { port: 8081 }, ...READ });
    return 0;
  } catch (error) {
    assert.ok(error instanceof ConfigError, String((error as Error).stack));
    assert.ok(error.problems.length > 0 && error.message.startsWith("config.json"));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get through
    assert.doesNotMatch(error.message, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    return error.problems.length;
  }
}

// fault: bad-config-any
test("any text is a config or a ConfigError", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary" }), fc.json(), fc.json({ maxDepth: 90 })),
      (text) => void problemsOf(text),
    ),
  );
});

test("a config with any value in any place is a config or a ConfigError", () => {
  fc.assert(
    fc.property(
      anyConfig,
      fc.nat(),
      fc.oneof(fc.jsonValue(), fc.constantFrom("", "0.0.0.0/0", 0, -1, 1e300, [], {})),
      (config, at, value) => {
        problemsOf(JSON.stringify(replaced(config, at, value)));
      },
    ),
    { numRuns: 1000 },
  );
});

test("a config with a key in any place that nothing reads has a problem", () => {
  fc.assert(
    fc.property(anyConfig, fc.nat(), fc.string({ minLength: 20 }), (valid, at, key) => {
      const config = structuredClone(valid);
      const objects = placesOf(config).filter(({ value, path }) => isObject(value) && !/headers|env/.test(path.join()));
      const place = objects[at % objects.length];
      assert.ok(problemsOf(JSON.stringify(config)) === 0);
      Object.defineProperty(place?.value, key, { value: 1, enumerable: true, configurable: true });
      assert.ok(problemsOf(JSON.stringify(config)) > 0);
    }),
  );
});

test("what effective() prints is the same config, and prints the same again", () => {
  fc.assert(
    fc.property(anyConfig, (input) => {
      const { config } = parseConfig(JSON.stringify(input), "/etc/bgp-lb/config.json", READ);
      const text = JSON.stringify(effective(config));
      const again = parseConfig(text, "/somewhere/else.json", READ);
      assert.deepEqual(again.config, config);
      assert.equal(JSON.stringify(effective(again.config)), text);
      assert.ok(
        ![text, JSON.stringify(config), inspect(config, { depth: 9, showHidden: true })].some((one) =>
          one.includes(PASSWORD),
        ),
      );
    }),
    { numRuns: 500 },
  );
});

test("what the loader takes, the JSON Schema takes", () => {
  fc.assert(
    fc.property(anyConfig, (input) => {
      const { config } = parseConfig(JSON.stringify(input), "config.json", READ);
      assert.ok(isValid(jsonSchema, input));
      assert.ok(isValid(jsonSchema, JSON.parse(JSON.stringify(effective(config)))));
    }),
  );
});

test("what the JSON Schema refuses, the loader refuses", () => {
  fc.assert(
    fc.property(
      anyConfig,
      fc.nat(),
      fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constantFrom([], {})),
      (config, at, value) => {
        const changed = replaced(config, at, value);
        if (!isValid(jsonSchema, changed)) assert.ok(problemsOf(JSON.stringify(changed)) > 0, JSON.stringify(changed));
      },
    ),
    { numRuns: 1000 },
  );
});

interface Place {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
}

function placesOf(value: unknown, path: readonly (string | number)[] = []): Place[] {
  if (Array.isArray(value)) return [{ path, value }, ...value.flatMap((one, index) => placesOf(one, [...path, index]))];
  if (!isObject(value)) return [{ path, value }];
  return [{ path, value }, ...Object.entries(value).flatMap(([key, one]) => placesOf(one, [...path, key]))];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A copy with another value in one place, which `at` chooses. */
function replaced(config: unknown, at: number, value: unknown): unknown {
  const places = placesOf(config);
  const path = places[at % places.length]?.path ?? [];
  if (path.length === 0) return value;
  const copy = structuredClone(config) as Record<string | number, unknown>;
  const parent = path
    .slice(0, -1)
    .reduce<Record<string | number, unknown>>((one, step) => one[step] as typeof one, copy);
  parent[path.at(-1) ?? ""] = value;
  return copy;
}
