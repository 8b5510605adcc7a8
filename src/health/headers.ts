import { validateHeaderName, validateHeaderValue } from "node:http";
import * as z from "zod";

/** HTTP request headers by name; names and values that Node would refuse to send are refused here. */
export const headersSchema = z.record(z.string(), z.string()).superRefine((headers, context) => {
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch (error) {
      context.issues.push({ code: "custom", input: value, path: [name], message: (error as Error).message });
    }
  }
});
