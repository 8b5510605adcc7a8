import * as z from "zod";
import type { Community, LargeCommunity } from "../core/community.ts";
import { parseCommunity, parseLargeCommunity, sortCommunities, WELL_KNOWN } from "../core/community.ts";
import type { PathAttributes } from "../core/path.ts";

const NUMBER = "must be a whole number, 0 to 4294967295";
const COMMUNITY = `must be a community, such as "65000:120" with both halves 0 to 65535, or ${Object.keys(WELL_KNOWN)
  .map((name) => `"${name}"`)
  .join(", ")}`;
const LARGE = 'must be a large community, such as "65000:1:2", each part 0 to 4294967295';

const number = z.int({ error: NUMBER }).min(0, { error: NUMBER }).max(4294967295, { error: NUMBER });
const community = z.string({ error: COMMUNITY }).refine((text) => parseCommunity(text) !== undefined, COMMUNITY);
const largeCommunity = z.string({ error: LARGE }).refine((text) => parseLargeCommunity(text) !== undefined, LARGE);

/** What an operator writes under `announce`. */
export const announceSchema = z.strictObject({
  med: number
    .optional()
    .describe("MULTI_EXIT_DISC, 0 to 4294967295: of the ways into one AS routers prefer the lowest."),
  localPref: number.optional().describe("LOCAL_PREF, 0 to 4294967295; sent to iBGP peers only."),
  communities: z
    .array(community)
    .default([])
    .describe('Communities (RFC 1997): `"65000:120"`, or a well-known name such as `"no-export"`.'),
  largeCommunities: z.array(largeCommunity).default([]).describe('Large communities (RFC 8092): `"65000:1:2"`.'),
});

/** What a well-formed `announce` means: sorted, each community once, no empty lists. */
export function attributesOf(input: z.output<typeof announceSchema> | undefined): PathAttributes {
  const { med, localPref, communities = [], largeCommunities = [] } = input ?? {};
  const known = sortCommunities(communities.map((text) => parseCommunity(text) as Community));
  const large = sortCommunities(largeCommunities.map((text) => parseLargeCommunity(text) as LargeCommunity));
  return {
    ...(med !== undefined && { med }),
    ...(localPref !== undefined && { localPref }),
    ...(known.length > 0 && { communities: known }),
    ...(large.length > 0 && { largeCommunities: large }),
  };
}
