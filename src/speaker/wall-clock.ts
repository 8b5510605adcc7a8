/**
 * Milliseconds since 1970 by the wall clock, for the two places that know no other time: grpc-js takes a deadline as a
 * point of it, and a path's age is one. Nothing is decided by it.
 */
export function wallNow(): number {
  // biome-ignore lint/style/noRestrictedGlobals: the Clock that is passed in is monotonic, and knows no date.
  return Date.now();
}
