/** Output of a tool that is not what its manual promises; the message says what was unexpected, and where. */
export class UnexpectedOutput extends Error {
  override readonly name = "UnexpectedOutput";
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** Answers the array that `text` is as JSON; throws UnexpectedOutput for anything else. Nothing at all is an empty array. */
export function parseArray(source: string, text: string): readonly unknown[] {
  if (text.trim() === "") return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UnexpectedOutput(`${source}: expected JSON, found ${quote(text)}`);
  }
  if (!Array.isArray(value)) throw new UnexpectedOutput(`${source}: expected an array, found ${quote(text)}`);
  return value;
}

export function asObject(source: string, value: unknown): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new UnexpectedOutput(`${source}: expected an object, found ${quote(value)}`);
}

/** `value` as text for a message, bounded. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 120 ? `${text.slice(0, 120)}...` : text;
}
