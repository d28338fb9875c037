import * as pulumi from "@pulumi/pulumi";
import process from "node:process";
import { localRunVariable, type NamedStack } from "../../host/terminal/advice.ts";

/** Gives the stack that the engine runs the program for, so that advice names the command that an operator has to type. */
export function runningStack(): NamedStack {
  const run = process.env[localRunVariable];
  return { stack: pulumi.getStack(), runNumber: run === undefined ? undefined : Number(run) };
}
