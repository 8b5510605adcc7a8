interface Entry {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** Parts of a millisecond: a power of two, so that sums and differences of times are exact, and what was slept for has passed. */
const TICKS = 1_024;

/** The world's time: it stands still until something is due, and jumps there. Equal worlds run in equal order. */
export class Time {
  now = 0;
  readonly #heap: Entry[] = [];
  #order = 0;
  #dropped = 0;

  /** Runs `run` after `ms`; the answer takes it back. */
  after(ms: number, run: () => void): () => void {
    if (ms === Number.POSITIVE_INFINITY) return () => undefined;
    const at = Math.ceil((this.now + Math.max(0, ms)) * TICKS) / TICKS;
    const entry: Entry = { at, order: this.#order++, run };
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

  /** Goes on until `until`, from one thing that is due to the next; asks `goOn` after each, when all that follows from it has run. */
  async run(until: number, goOn: () => boolean): Promise<void> {
    for (let next = this.#heap[0]; next !== undefined && next.at <= until; next = this.#heap[0]) {
      this.#pop();
      const { run } = next;
      if (run === undefined) {
        this.#dropped--;
        continue;
      }
      this.now = Math.max(this.now, next.at);
      next.run = undefined;
      run();
      await settle();
      if (!goOn()) return;
    }
    this.now = Math.max(this.now, until);
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
function settle(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
