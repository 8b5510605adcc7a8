import type { JsonEntry, JsonNode } from "./json.ts";
import type { JsonSchema } from "./json-schema.ts";
import { objectSchema } from "./json-schema.ts";
import type { Path } from "./problem.ts";
import { pathText, quoted, stepText } from "./problem.ts";
import { suggest } from "./suggest.ts";

/** The file as plain data under the schema's spelling of the keys, with what there was to say about them. */
export interface Reading {
  readonly value: unknown;
  /** Offset in the text of every value that is there, by path text. */
  readonly offsets: ReadonlyMap<string, number>;
  readonly problems: readonly { readonly path: Path; readonly message: string }[];
  readonly warnings: readonly string[];
}

/**
 * Matches every key against the schema. The original read its file with Go's encoding/json, which takes keys in any case and null as
 * "not there": both are accepted with a warning, so that a file that worked goes on working. A key that nothing reads is a problem.
 */
export function readKeys(root: JsonNode, schema: JsonSchema): Reading {
  const offsets = new Map<string, number>();
  const problems: { path: Path; message: string }[] = [];
  const warnings: string[] = [];
  return { value: read(root, schema, [], ""), offsets, problems, warnings };

  function read(node: JsonNode, at: JsonSchema | undefined, path: Path, text: string): unknown {
    offsets.set(text, node.offset);
    if (node.kind === "scalar") return node.value;
    if (node.kind === "array") {
      return node.items.map((item, index) => read(item, at?.items, [...path, index], stepText(text, index)));
    }
    const object: Record<string, unknown> = {};
    const known = objectSchema(at, kindOf(node.entries));
    const written = node.entries.map((entry) => entry.key);
    for (const { key, offset, node: child } of node.entries) {
      const name = accept(key, known, { path, offset, written });
      if (name === undefined) continue;
      const here = [...path, name];
      const hereText = stepText(text, name);
      if (Object.hasOwn(object, name)) {
        offsets.set(hereText, offset);
        problems.push({ path: here, message: `${quoted(name)} is written twice in one object; keep one` });
      } else if (child.kind === "scalar" && child.value === null && known !== undefined) {
        warnings.push(`${hereText}: null is read as if the key were not there`);
      } else {
        const value = read(child, propertySchema(known, name), here, hereText);
        // Not by assignment: a key named __proto__ would set the prototype.
        Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
      }
    }
    return object;
  }

  /** The key of the schema that is or was most likely meant; undefined where nothing reads it. */
  function accept(key: string, known: JsonSchema | undefined, { path, offset, written }: Site): string | undefined {
    const names = Object.keys(known?.properties ?? {});
    if (known === undefined || names.includes(key) || known.properties === undefined) return key;
    if (typeof known.additionalProperties === "object") return key;
    const sameButCase = names.find((name) => name.toLowerCase() === key.toLowerCase());
    if (sameButCase !== undefined) {
      warnings.push(`${pathText([...path, key])}: the key is written "${sameButCase}"; letter case is overlooked here`);
      return sameButCase;
    }
    const here = [...path, key];
    offsets.set(pathText(here), offset);
    const near = suggest(key, names);
    problems.push({
      path: here,
      message: `unknown key; ${near === undefined ? instead(key, names) : `did you mean "${near}"?`}`,
    });
    // Read as what was meant, so that its own problems come out in the same run.
    return near === undefined || written.includes(near) ? undefined : near;
  }

  function instead(key: string, names: readonly string[]): string {
    const elsewhere = placesOf(key, schema, "");
    if (elsewhere.length > 0) return `it belongs in ${elsewhere.slice(0, 3).join(" or in ")}`;
    return `known here: ${names.join(", ")}`;
  }
}

/** Where a key stands: its object, its offset in the text, and the keys beside it. */
interface Site {
  readonly path: Path;
  readonly offset: number;
  readonly written: readonly string[];
}

function kindOf(entries: readonly JsonEntry[]): unknown {
  const kind = entries.find((entry) => entry.key.toLowerCase() === "kind")?.node;
  return kind?.kind === "scalar" ? kind.value : undefined;
}

function propertySchema(known: JsonSchema | undefined, name: string): JsonSchema | undefined {
  if (known === undefined) return undefined;
  if (Object.hasOwn(known.properties ?? {}, name)) return known.properties?.[name];
  return typeof known.additionalProperties === "object" ? known.additionalProperties : undefined;
}

/** Where else in the file a key of this name is read. */
function placesOf(key: string, schema: JsonSchema, at: string): string[] {
  const places = Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const here = at === "" ? name : `${at}.${name}`;
    const below = child.items === undefined ? placesOf(key, child, here) : placesOf(key, child.items, `${here}[]`);
    return name.toLowerCase() === key.toLowerCase() ? [at === "" ? "the top of the file" : at, ...below] : below;
  });
  return [...new Set(places)];
}
