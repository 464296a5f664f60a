/**
 * The end of a command that did not do what was asked. The message is for people; nothing of it is a bug.
 */
export class CommandFailure extends Error {
  override name = 'CommandFailure'
  /** 1 = could not run (usage, files, network), 2 = ran, and the answer is no. */
  readonly exitCode: 1 | 2

  constructor(message: string, exitCode: 1 | 2) {
    super(message)
    this.exitCode = exitCode
  }
}

/** What only a mistake in our code throws; files, network and people cause plain and system errors. */
export function isBug(error: unknown): boolean {
  return [TypeError, ReferenceError, RangeError, SyntaxError].some((kind) => error instanceof kind)
}
