import { InvalidArgumentError } from "commander";

/** Parses the value of the option `--run` for commander: an integer from 1 to 254. */
export function runNumber(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > 254) throw new InvalidArgumentError("Expected 1 to 254.");
  return number;
}
