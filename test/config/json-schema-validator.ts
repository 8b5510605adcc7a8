import type { JsonSchema } from "../../src/config/json-schema.ts";

type Schema = JsonSchema & {
  readonly prefixItems?: readonly Schema[];
  readonly minItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
};

/** Keywords that this validator obeys or that say nothing about validity; a schema with another one is refused, not half-checked. */
const KNOWN = new Set(
  "$schema type description default x-default const enum minimum maximum properties required additionalProperties propertyNames items prefixItems minItems minLength maxLength pattern anyOf oneOf".split(
    " ",
  ),
);

/** Whether a value is valid by the part of JSON Schema that the config's schema is written in. */
export function isValid(schema: Schema, value: unknown): boolean {
  const unknown = Object.keys(schema).filter((keyword) => !KNOWN.has(keyword));
  if (unknown.length > 0) throw new Error(`the validator does not know ${unknown.join(", ")}`);
  if (schema.const !== undefined && value !== schema.const) return false;
  if (schema.enum !== undefined && !schema.enum.includes(value)) return false;
  if (schema.anyOf !== undefined && !schema.anyOf.some((one) => isValid(one, value))) return false;
  if (schema.oneOf !== undefined && schema.oneOf.filter((one) => isValid(one, value)).length !== 1) return false;
  switch (schema.type) {
    case undefined:
      return true;
    case "integer":
      return (
        Number.isInteger(value) &&
        (value as number) >= (schema.minimum ?? -Infinity) &&
        (value as number) <= (schema.maximum ?? Infinity)
      );
    case "string":
      return typeof value === "string" && isText(schema, value);
    case "boolean":
      return typeof value === "boolean";
    case "array":
      return Array.isArray(value) && isList(schema, value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value) && isObject(schema, value);
    default:
      throw new Error(`the validator does not know the type ${schema.type}`);
  }
}

function isText(schema: Schema, text: string): boolean {
  const { minLength = 0, maxLength = Infinity, pattern } = schema;
  return (
    text.length >= minLength &&
    text.length <= maxLength &&
    (pattern === undefined || new RegExp(pattern, "u").test(text))
  );
}

function isList({ items, prefixItems = [], minItems = 0 }: Schema, list: readonly unknown[]): boolean {
  return (
    list.length >= minItems &&
    list.every((item, index) => {
      const schema = prefixItems[index] ?? items;
      return schema === undefined || isValid(schema, item);
    })
  );
}

function isObject({ properties = {}, required = [], additionalProperties }: Schema, object: object): boolean {
  if (!required.every((key) => Object.hasOwn(object, key))) return false;
  return Object.entries(object).every(([key, value]) => {
    const schema = Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    return typeof schema === "object" ? isValid(schema, value) : schema !== false;
  });
}
