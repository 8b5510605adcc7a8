import { networkPrefix } from "../core/address.ts";
import { attributeWords } from "../core/path.ts";
import { announceSchema, attributesOf } from "./announce-schema.ts";
import type { Facts, ServiceFacts } from "./facts.ts";
import type { Finding } from "./issues.ts";
import { pathText } from "./problem.ts";

/** One prefix is one route, so all services on it have to say the same of it. */
export function announceFindings({ services }: Facts): Finding[] {
  const first = new Map<string, { readonly words: string; readonly service: ServiceFacts }>();
  return services.flatMap((service) => {
    const parsed = announceSchema.optional().safeParse(service.raw["announce"]);
    // What is malformed is told by the schema.
    if (!parsed.success) return [];
    const words = attributeWords(attributesOf(parsed.data)).join(", ") || "none";
    const found: Finding[] = [];
    for (const { value } of service.vips) {
      const prefix = networkPrefix(value.address, value.prefixLength);
      const other = first.get(prefix);
      if (other === undefined) first.set(prefix, { words, service });
      else if (other.words !== words && found.length === 0) {
        const message = `${prefix} is also in ${pathText(other.service.path)}, with other attributes (${other.words}; here ${words}): it is one route, so write the same announce in both`;
        found.push({ path: [...service.path, "announce"], message });
      }
    }
    return found;
  });
}
