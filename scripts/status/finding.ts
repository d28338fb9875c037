/** One check of a network; `detail` is what was found, or what stood in the way. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  /** True where nothing fails, but something is not there, or not known, that the network would be safer with. `ok` is true then. */
  readonly isGap?: boolean;
  readonly detail: string;
}
