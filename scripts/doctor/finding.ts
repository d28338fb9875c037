/** Weight of a finding. `warning`: users are served, and somebody has something to do. `error`: users notice, or will. */
export type Severity = "ok" | "warning" | "error";

/** Finding of a check: evidence, and for a trouble what it means and what to do. */
export interface Finding {
  /** Kind, and after a colon the thing that it is about where there are several: `dns-foreign:_xmpp-client._tcp.example.org SRV`. */
  readonly id: string;
  readonly severity: Severity;
  /** Value that was found. */
  readonly seen: string;
  /** Value that the stack's settings ask for. */
  readonly wanted: string;
  /** Consequence for the users or the operator; empty where all is well. */
  readonly meaning: string;
  /** Command to type next; empty where all is well. */
  readonly next: string;
  /** Beginnings of the ids of troubles that follow from this one. */
  readonly explains: readonly string[];
}

/** Makes the finding that something is as it should be. */
export function well(id: string, seen: string): Finding {
  return { id, severity: "ok", seen, wanted: "", meaning: "", next: "", explains: [] };
}

/** Everything that a trouble consists of; `explains` is empty by default. */
export type Trouble = Omit<Finding, "severity" | "explains"> & Partial<Pick<Finding, "explains">>;

/** Makes the finding of an error. */
export function failure(trouble: Trouble): Finding {
  return { explains: [], ...trouble, severity: "error" };
}

/** Makes the finding of a warning. */
export function warning(trouble: Trouble): Finding {
  return { explains: [], ...trouble, severity: "warning" };
}

/** Gives the kind of a finding: its id without what it is about. */
export function kindOf({ id }: Pick<Finding, "id">): string {
  return id.split(":", 1)[0] ?? id;
}
