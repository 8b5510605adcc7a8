import type { Address } from "../core/address.ts";
import { bits, family } from "../core/address.ts";

const MOST = 256;

/** Each address of the IPv4 or IPv6 network that `address` is in, undefined where they are more than 256. */
export function hostsOf(address: Address, length: number): readonly string[] | undefined {
  const free = bits(family(address)) - length;
  if (free < 0 || 2 ** free > MOST) return undefined;
  const numbers = Array.from({ length: 2 ** free }, (_, index) => index);
  if (family(address) === "ipv4") {
    const value = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
    const first = value - (value % 2 ** free);
    return numbers.map((number) => dotted(first + number));
  }
  // At most 256 addresses: all but the last of the eight groups stay.
  const groups = groupsOf(address);
  const tail = groups[7] ?? 0;
  const first = tail - (tail % 2 ** free);
  return numbers.map((number) => [...groups.slice(0, 7), first + number].map((group) => group.toString(16)).join(":"));
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

function groupsOf(address: Address): readonly number[] {
  const [head = "", tail] = address.split("::");
  const read = (text: string) => (text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16)));
  const before = read(head);
  const after = tail === undefined ? [] : read(tail);
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}
