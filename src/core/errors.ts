/** gobgpd does not answer, or what answers is not a gobgpd that we can drive. The message says what was found and what to do. */
export class SpeakerUnreachable extends Error {
  override readonly name = "SpeakerUnreachable";
  /** Nothing listens at the API's address (refused, no such socket): the process that held our sessions is gone. A hung one is not absent. */
  readonly absent: boolean;

  constructor(message: string, absent = false) {
    super(message);
    this.absent = absent;
  }
}

/** The command line or the config cannot be used; exit code 2. The message is complete and printed as it is, without a stack. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What was asked for is understood and not done: exit code 4. The message says why and what to do. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/** No controller can be asked: none listens there, or this user may not ask it; exit code 3. The message says which. */
export class ControllerUnreachable extends Error {
  override readonly name = "ControllerUnreachable";
  /** Nobody listens there; one that hangs, or that this user may not ask, is not absent. */
  readonly absent: boolean;

  constructor(message: string, absent = false) {
    super(message);
    this.absent = absent;
  }
}

/** The one line of an unknown thrown value that is fit for an operator. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
