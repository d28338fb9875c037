/** One check of a network; `detail` is what was found, or what stood in the way. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}
