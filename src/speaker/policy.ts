import type { WirePolicyAssignment } from "./wire.ts";

/**
 * The local-only policy: paths of local origin pass, all others are rejected, in both directions. Without it gobgpd is
 * a transit router between its peers. The default of REJECT needs the accepting statement: alone it would drop our own paths in silence.
 */
const NAME = "lb-local-only";
const STATEMENT = "lb-local-only-1";
const ROUTE_TYPE_LOCAL = 3;
const ACCEPT = 1;
const REJECT = 2;
const IMPORT = 1;
const EXPORT = 2;

export const DIRECTIONS: readonly number[] = [IMPORT, EXPORT];

export const addPolicyRequest = {
  policy: {
    name: NAME,
    statements: [{ name: STATEMENT, conditions: { route_type: ROUTE_TYPE_LOCAL }, actions: { route_action: ACCEPT } }],
  },
};

export function assignmentRequest(direction: number): object {
  return { assignment: { name: "global", direction, policies: [{ name: NAME }], default_action: REJECT } };
}

export function listAssignmentRequest(direction: number): object {
  return { name: "global", direction };
}

/** Whether this global assignment lets only paths of local origin pass. */
export function isLocalOnly(assignment: WirePolicyAssignment | null): boolean {
  if (assignment === null || assignment.default_action !== REJECT || assignment.policies.length === 0) return false;
  return assignment.policies.every(
    (policy) =>
      policy.statements.length > 0 &&
      policy.statements.every(
        ({ conditions, actions }) => actions?.route_action !== ACCEPT || conditions?.route_type === ROUTE_TYPE_LOCAL,
      ) &&
      policy.statements.some(({ actions }) => actions?.route_action === ACCEPT),
  );
}
