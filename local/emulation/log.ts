/** Takes one line of the daemon's log, without a line end. Lines carry no secret: no header, no body. */
export type Log = (line: string) => void;
