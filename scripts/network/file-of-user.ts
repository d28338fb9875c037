import { resolve } from "node:path";
import process from "node:process";

/** Resolves a file's name as the user meant it: npm runs commands in the repository's folder, wherever they were called. */
export function fileOfUser(file: string): string {
  return resolve(process.env["INIT_CWD"] ?? process.cwd(), file);
}
