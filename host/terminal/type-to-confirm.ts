import { isCancel, text } from "@clack/prompts";
import process from "node:process";

/**
 * Asks the operator to type `word` before something that cannot be undone. Throws when it is another, and, naming `option`,
 * where there is no terminal to ask on.
 */
export async function typeToConfirm(question: string, word: string, option: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new Error(`There is no terminal to ask on: say yes by ${option}. Nothing was changed.`);
  }
  const answer = await text({ message: `${question} Type ${word} to go on:` });
  if (!isCancel(answer) && answer.trim() === word) return;
  throw new Error("Not confirmed; nothing was changed.");
}
