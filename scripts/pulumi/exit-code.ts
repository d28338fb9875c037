import { constants } from "node:os";

/** Gives the exit code that a shell has for a program that has ended: that of the program, or 128 more than the signal's number. */
export function exitCodeOf({ exitCode, signal }: { exitCode?: number; signal?: NodeJS.Signals }): number {
  return exitCode ?? (signal === undefined ? 1 : 128 + constants.signals[signal]);
}
