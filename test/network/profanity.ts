import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { notYet, waitUntil } from "../../host/wait-until.ts";
import type { Account } from "./chat-client.ts";
import type { ClientMachine } from "./client-machine.ts";

/** profanity in a terminal, driven by its keyboard and read from its screen. Disposing it ends it. */
export interface TerminalClient extends AsyncDisposable {
  /** Opens a chat and sends one message in it. */
  send(to: string, body: string): Promise<void>;
  /** Resolves once the screen shows the text; throws after 30 s with what it shows instead. */
  shows(text: string | RegExp): Promise<void>;
}

/** Starts profanity in tmux, types `/connect` and the password; throws with the screen when that does not log in. */
export async function logInWithProfanity(machine: ClientMachine, account: Account): Promise<TerminalClient> {
  const tmux = async (...args: string[]): Promise<string> => {
    const { stdout } = await machine.run("tmux", ["-S", join(machine.directory, "tmux"), ...args]);
    return stdout;
  };
  const type = async (line: string): Promise<void> => {
    await tmux("send-keys", "-l", line);
    await tmux("send-keys", "Enter");
  };
  const shows = async (text: string | RegExp): Promise<void> => {
    const probe = async () => {
      const screen = await tmux("capture-pane", "-p");
      return screen.search(text) === -1 ? notYet(`the screen:\n${screen}`) : { value: true };
    };
    await waitUntil({ what: `profanity to show ${text.toString()}`, probe, intervalMs: 200, timeoutMs: 30_000 });
  };
  await tmux("-f", "/dev/null", "new-session", "-d", "-x", "120", "-y", "40", "profanity");
  await shows("Profanity");
  await type(`/connect ${account.jid}`);
  await shows("Enter password");
  await type((await readFile(account.passwordFile, "utf8")).trim());
  await shows(/logged in successfully/);
  return {
    send: (to, body) => type(`/msg ${to} ${body}`),
    shows,
    [Symbol.asyncDispose]: async () => {
      await tmux("kill-server");
    },
  };
}
