import type { AdminActions, Answer } from "../admin/api.ts";
import { REQUESTS } from "../admin/api.ts";
import { PageError } from "./guard.ts";

/** What can be asked for by a button. */
export const ACTS = ["drain", "undrain", "force-up", "force-down"] as const;
export type Act = (typeof ACTS)[number];

export function isAct(text: string): text is Act {
  return (ACTS as readonly string[]).includes(text);
}

/** Does what a form asks for. Throws PageError for a form that cannot be understood, and what the action throws. */
export function perform(actions: AdminActions, act: Act, form: URLSearchParams): Promise<Answer> {
  const service = form.get("name") ?? "";
  const by = form.get("by") ?? "";
  const reason = form.get("reason") ?? "";
  switch (act) {
    case "drain":
      return actions.drain(
        understood(REQUESTS.drain.safeParse({ services: [service], timeout: number(form.get("timeout")), by, reason })),
      );
    case "undrain":
      return actions.undrain(understood(REQUESTS.undrain.safeParse({ services: [service], by })));
    case "force-up":
    case "force-down": {
      const ms = number(form.get("for"));
      const word = act === "force-up" ? "up" : "down";
      return actions.force(
        understood(REQUESTS.force.safeParse({ service, word, ...(ms > 0 && { for: ms }), by, reason })),
      );
    }
  }
}

type Parsed<T> =
  | { readonly success: true; readonly data: T }
  | {
      readonly success: false;
      readonly error: {
        readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
      };
    };

function understood<T>(parsed: Parsed<T>): T {
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new PageError(400, `${issue?.path.map(String).join(".") || "the form"}: ${issue?.message}\n`);
}

function number(text: string | null): number {
  return /^\d{1,10}$/.test(text ?? "") ? Number(text) : Number.NaN;
}
