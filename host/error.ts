/** Returns the text of anything that was thrown: the message of an Error, any other value as text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Error with which a program ends with another exit code than 1. */
export class ExitError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Writes an error with its chain of causes in one line, for a log. */
export function messageWithCauses(error: unknown): string {
  const message = messageOf(error).replace(/\s*\n\s*/g, " | ");
  if (!(error instanceof Error) || error.cause === undefined) return message;
  return `${message}: ${messageWithCauses(error.cause)}`;
}

/**
 * Says whether an error means that nobody answered (yet): connection refused or broken off, no route, no such name, no such
 * socket, a time limit. Causes count too: `fetch` hides the reason there.
 */
export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === "TimeoutError") return true;
  if ("code" in error && typeof error.code === "string") {
    // Of a unix socket, whose server has not made it yet.
    if (error.code === "ENOENT") return "syscall" in error && error.syscall === "connect";
    if (unreachableCodes.has(error.code)) return true;
  }
  return isUnreachable(error.cause) || (error instanceof AggregateError && error.errors.some(isUnreachable));
}

const unreachableCodes: ReadonlySet<string> = new Set([
  "EAI_AGAIN",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_SOCKET",
]);
