/** Error in a file that is to be imported: which file, which line (from 1), what is wrong there, and what to do. */
export class SourceError extends Error {
  constructor(place: Place, problem: string, todo: string) {
    const line = place.line === undefined ? "" : `, line ${place.line}`;
    super(`${place.file}${line}: ${problem}. ${todo} Nothing was imported.`);
  }
}

/** Place in a source; without a line where the whole file is meant. */
export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line?: number | undefined;
}
