import * as z from "zod";
import { configSchema } from "./schema.ts";

/** The part of JSON Schema that the config's schema comes out as. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  /** A default in words, where it depends on other keys. */
  readonly "x-default"?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly pattern?: string;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** JSON Schema (draft 2020-12) of what an operator may write, made from the zod schema. */
export const jsonSchema: JsonSchema = z.toJSONSchema(configSchema, {
  io: "input",
  unrepresentable: "any",
}) as JsonSchema;

/** The schema of an object that is written where `schema` stands: the variant that its `kind` names, or the only object among the alternatives. */
export function objectSchema(schema: JsonSchema | undefined, kind: unknown): JsonSchema | undefined {
  if (schema === undefined) return undefined;
  const variants = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].filter(
    (one) => one.properties !== undefined,
  );
  return variants.length > 1 ? variants.find((one) => one.properties?.["kind"]?.const === kind) : variants[0];
}
