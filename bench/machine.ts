import { availableParallelism, release, type } from "node:os";

/** The machine in one line: cores, kernel, Node. */
export function machine(): string {
  const [major, minor] = release().split(".");
  const cores = availableParallelism();
  return `${cores} ${cores === 1 ? "core" : "cores"}, ${type()} ${major}.${minor}, Node ${process.versions.node}`;
}
