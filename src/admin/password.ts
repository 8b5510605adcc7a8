import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";

/** Comparisons that wait for their turn; more are turned away. */
const MOST_WAITING = 8;
/** Compared with where there is no such user, so that time tells nothing of who there is. Its password is not known to anybody. */
const NOBODY = "$2b$10$qdHr9JmEVVuJrEbvLg7u1ePTS6JCEUhQ3Y4oGBMTWNJPDMSuQ8D0i";

/** Compares passwords with bcrypt hashes, in a thread, one at a time; what was right once costs nothing after that. */
export class Passwords {
  readonly #key = randomBytes(32);
  /** By user: of the hash and the password that were right together. */
  readonly #right = new Map<string, Buffer>();
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** busy: too many ask at once. Throws where no thread can be started. */
  async check(users: ReadonlyMap<string, string>, user: string, password: string): Promise<boolean | "busy"> {
    const hash = users.get(user);
    const digest = createHmac("sha256", this.#key).update(`${hash}\0${password}`).digest();
    const known = this.#right.get(user);
    if (hash !== undefined && known !== undefined && timingSafeEqual(known, digest)) return true;
    if (this.#waiting >= MOST_WAITING) return "busy";
    this.#waiting++;
    const turn = this.#last.then(() => compare(password, hash ?? NOBODY)).finally(() => this.#waiting--);
    this.#last = turn.catch(() => undefined);
    const right = (await turn) && hash !== undefined;
    if (right) this.#right.set(user, digest);
    return right;
  }
}

/** bcrypt reads 72 bytes; who sends more does not know the password. */
async function compare(password: string, hash: string): Promise<boolean> {
  if (Buffer.byteLength(password) > 72) return false;
  const file = new URL(`./bcrypt-worker${extname(import.meta.url)}`, import.meta.url);
  return new Promise((resolve, reject) => {
    const worker = new Worker(file, { workerData: { password, hash } });
    worker.once("message", (right: unknown) => {
      resolve(right === true);
      void worker.terminate();
    });
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`the thread that compares passwords ended with ${code}`)));
  });
}
