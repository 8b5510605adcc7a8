import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Found, Order } from "./walker.ts";

/** Walks from the seed `first` on, on all cores; answers what each walker found first, if it did. */
export async function walkAll({
  first,
  walks,
  bug,
}: Pick<Order, "first" | "walks" | "bug">): Promise<readonly Found[]> {
  const crew = Math.min(availableParallelism(), walks);
  const answers = Array.from({ length: crew }, (_, index) =>
    send({ first: first + index, step: crew, walks: Math.ceil((walks - index) / crew), bug }),
  );
  return (await Promise.all(answers)).filter((found) => found !== null);
}

async function send(order: Order): Promise<Found | null> {
  const worker = new Worker(new URL("./walker.ts", import.meta.url), { workerData: order });
  const [found] = (await once(worker, "message")) as [Found | null];
  await worker.terminate();
  return found;
}
