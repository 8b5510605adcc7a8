/** Text that is HTML already. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | undefined | false | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text that can stand in an element or a quoted attribute. What moves a cursor or turns the direction of writing is shown as U+FFFD. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? "").replace(/[\p{Cc}\p{Cf}]/gu, "\uFFFD");
}

/** A template whose values are escaped unless they are HTML; undefined and false are nothing, lists are their parts. Attributes have to be quoted. */
export function html(texts: TemplateStringsArray, ...values: readonly Part[]): Html {
  const parts = texts.map((text, at) => text + (at < values.length ? render(values[at]) : ""));
  return new Html(parts.join(""));
}

function render(part: Part): string {
  if (part === undefined || part === false) return "";
  if (part instanceof Html) return part.text;
  if (typeof part === "string") return escaped(part);
  return typeof part === "number" ? String(part) : part.map(render).join("");
}
