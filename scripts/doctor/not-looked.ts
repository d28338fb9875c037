/** Reason why a check could not look: something that another check tells of, or that this machine does not have. */
export class NotLooked extends Error {
  override readonly name = "NotLooked";
}
