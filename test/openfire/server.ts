import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { notYet, waitUntil } from "../../host/wait-until.ts";
import { clientPort } from "./home.ts";

/** Openfire that runs. */
export interface OldServer {
  /** Gives an order to `OldServer.java`, and resolves to what it answered. Rejects with why it failed. */
  order(...words: readonly string[]): Promise<string>;
  /** Ends it at once, without any work of its own. */
  kill(): Promise<void>;
  /** Stops it as its console does. */
  stop(): Promise<void>;
}

/** Starts the Openfire of a home. `jars` is the folder of its classes. Resolves once it takes clients. */
export async function startOldServer(home: string, jars: string): Promise<OldServer> {
  const opens = ["java.lang", "java.util"].flatMap((name) => ["--add-opens", `java.base/${name}=ALL-UNNAMED`]);
  const program = new URL("OldServer.java", import.meta.url).pathname;
  const subprocess = execa("java", ["-Xmx400m", `-DopenfireHome=${home}`, ...opens, "-cp", `${jars}/*`, program], {
    stdin: "pipe",
    reject: false,
    cleanup: true,
  });
  const answers: string[] = [];
  createInterface(subprocess.stdout).on("line", (line) => {
    if (/^(done|failed): /.test(line)) answers.push(line);
  });
  let asked = 0;
  const answer = async (): Promise<string> => {
    const index = asked++;
    const line = await waitUntil({
      what: `an answer of the server in ${home}`,
      probe: () => {
        const found = answers[index];
        return found === undefined ? notYet("no answer yet") : { value: found };
      },
      intervalMs: 20,
      timeoutMs: 120_000,
    });
    if (line.startsWith("failed: ")) throw new Error(line);
    return line.replace("done: ", "");
  };
  const started = await answer();
  if (started !== "started") throw new Error(`Openfire did not start. See ${home}/logs.`);
  await takesClients();
  const order = (...words: readonly string[]) => {
    subprocess.stdin.write(`${words.map(encodeURIComponent).join(" ")}\n`);
    return answer();
  };
  return {
    order,
    kill: async () => {
      subprocess.kill("SIGKILL");
      await subprocess;
    },
    stop: async () => {
      await order("stop");
      subprocess.stdin.end();
      await subprocess;
    },
  };
}

/** The server says that it has started before its port is open. */
async function takesClients(): Promise<void> {
  await waitUntil({
    what: `a connection to port ${clientPort}`,
    probe: async () => {
      const socket = connect(clientPort, "127.0.0.1");
      try {
        await once(socket, "connect");
        return { value: true };
      } catch (error) {
        return notYet(String(error));
      } finally {
        socket.destroy();
      }
    },
    intervalMs: 200,
    timeoutMs: 60_000,
  });
}
