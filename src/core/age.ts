const STEPS = [
  [86_400, "d", 3_600, "h"],
  [3_600, "h", 60, "m"],
  [60, "m", 1, "s"],
] as const;

/** So many seconds in at most two units, for people: `7s`, `3m12s`, `2h05m`, `4d06h`. */
export function ageWords(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const step = STEPS.find(([size]) => whole >= size);
  if (step === undefined) return `${whole}s`;
  const [size, unit, part, minor] = step;
  const rest = Math.floor((whole % size) / part);
  return `${Math.floor(whole / size)}${unit}${rest === 0 ? "" : `${String(rest).padStart(2, "0")}${minor}`}`;
}
