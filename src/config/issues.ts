import type * as z from "zod";
import type { Path } from "./problem.ts";
import { quoted, valueText } from "./problem.ts";
import { suggest } from "./suggest.ts";

/** A problem that does not yet know its file and place. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
}

/** What a schema found wrong with `root`, each with the value that is there. */
export function findings(issues: readonly z.core.$ZodIssue[], root: unknown): readonly Finding[] {
  return issues.flatMap((issue) => flatten(issue, [])).map((issue) => finding(issue, root));
}

/** The text of an issue whose schema says nothing of its own. */
export function explain(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${TYPES[issue.expected] ?? issue.expected}`;
    case "too_small":
      return `must ${amount(issue.origin, "at least", issue.minimum)}`;
    case "too_big":
      return `must ${amount(issue.origin, "at most", issue.maximum)}`;
    case "invalid_value":
      return `must be ${oneOf(issue.values)}${didYouMean(issue.input, issue.values)}`;
    case "invalid_union": {
      const options = (issue as { options?: unknown }).options;
      if (!Array.isArray(options)) return undefined;
      const { discriminator } = issue as { discriminator?: string };
      const given = (issue.input as Record<string, unknown> | undefined)?.[discriminator ?? ""];
      return `must be ${oneOf(options)}${didYouMean(given, options)}`;
    }
    default:
      return undefined;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: "a text in double quotes",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list: [ ... ]",
  object: "an object: { ... }",
  record: "an object: { ... }",
};

function amount(origin: string, bound: string, limit: number | bigint): string {
  if (origin === "string") return `have ${bound} ${limit} character${limit === 1 ? "" : "s"}`;
  if (origin === "array") return `have ${bound} ${limit} item${limit === 1 ? "" : "s"}`;
  return `be ${bound} ${limit}`;
}

function oneOf(values: readonly unknown[]): string {
  const texts = values.map((value) => JSON.stringify(value));
  return texts.length < 2 ? texts.join() : `${texts.slice(0, -1).join(", ")} or ${texts.at(-1)}`;
}

function didYouMean(given: unknown, values: readonly unknown[]): string {
  if (typeof given !== "string") return "";
  const near = suggest(
    given,
    values.filter((value) => typeof value === "string"),
  );
  return near === undefined ? "" : `; did you mean ${quoted(near)}?`;
}

/** Where a value may have one of several forms, the problem is told by the form that it comes nearest to. */
function flatten(issue: z.core.$ZodIssue, above: Path): z.core.$ZodIssue[] {
  const path = [...above, ...issue.path] as (string | number)[];
  if (issue.code === "invalid_union") {
    const nearest = issue.errors.find((branch) => branch.every((one) => one.path.length > 0 || one.code === "custom"));
    if (nearest !== undefined && nearest.length > 0) return nearest.flatMap((one) => flatten(one, path));
  }
  return [{ ...issue, path }];
}

function finding(issue: z.core.$ZodIssue, root: unknown): Finding {
  const path = issue.path as Path;
  const value = valueAt(root, path);
  if (value === undefined) return { path, message: `missing; ${issue.message}` };
  const isQuoted =
    issue.code === "invalid_type" &&
    ["int", "number"].includes(issue.expected) &&
    typeof value === "string" &&
    /^-?\d+$/.test(value);
  const isWhole = issue.code === "custom" && typeof value === "object";
  return {
    path,
    message: isWhole
      ? issue.message
      : `${issue.message}; found ${valueText(value, path)}${isQuoted ? "; write it without quotes" : ""}`,
  };
}

/** What stands at the path, or undefined. */
function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, step) => {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    return (value as Record<string | number, unknown>)[step];
  }, root);
}
