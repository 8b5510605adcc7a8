interface Entry {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** The world's time: it stands still until something is due, and jumps there. Equal worlds run in equal order. */
export class Time {
  now = 0;
  readonly #heap: Entry[] = [];
  #order = 0;
  #dropped = 0;

  /** Runs `run` after `ms`; the answer takes it back. */
  after(ms: number, run: () => void): () => void {
    if (ms === Number.POSITIVE_INFINITY) return () => undefined;
    const entry: Entry = { at: this.now + Math.max(0, ms), order: this.#order++, run };
    this.#push(entry);
    return () => {
      if (entry.run !== undefined) this.#dropped++;
      entry.run = undefined;
    };
  }

  /** What waits for its time. */
  get waiting(): number {
    return this.#heap.length - this.#dropped;
  }

  /** Goes on by `ms`, from one thing that is due to the next, and looks after each with `check` when all that follows from it has run. */
  async advance(ms: number, check: () => void): Promise<void> {
    const end = this.now + ms;
    for (let next = this.#heap[0]; next !== undefined && next.at <= end; next = this.#heap[0]) {
      this.#pop();
      if (next.run === undefined) {
        this.#dropped--;
        continue;
      }
      this.now = Math.max(this.now, next.at);
      const { run } = next;
      next.run = undefined;
      run();
      await settle();
      check();
    }
    this.now = end;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(entry, heap[parent] as Entry)) break;
      heap[at] = heap[parent] as Entry;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Entry;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Entry, heap[child] as Entry)) child++;
      if (!before(heap[child] as Entry, last)) break;
      heap[at] = heap[child] as Entry;
      at = child;
    }
    heap[at] = last;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Lets everything run that waits for no time: Node takes a tick only when no promise is left to go on. */
export function settle(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
