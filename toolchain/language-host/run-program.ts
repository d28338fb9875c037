import { spawn, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import type { ServerUnaryCall } from "@grpc/grpc-js";
import languagePb from "@pulumi/pulumi/proto/language_pb.js";
import { readRuntimeOptions } from "./runtime-options.ts";

/** Runs programs and can end the one that runs. */
export interface ProgramRunner {
  /** Runs a program to its end. A program that fails is an answer, not a rejection. */
  run(
    request: languagePb.RunRequest,
    call: Pick<ServerUnaryCall<unknown, unknown>, "on">,
  ): Promise<languagePb.RunResponse>;
  /** Ends a program that still runs. */
  stop(): void;
}

/** Options of {@link createProgramRunner}. */
export interface ProgramRunnerOptions {
  /** Address of the engine's own gRPC service, as in `127.0.0.1:40221`. */
  readonly engineAddress: string;
  /** Environment that programs start in; the stack's configuration is added to it. */
  readonly environment: NodeJS.ProcessEnv;
}

// The SDK's own runner ends with this code when it has told the user what is wrong (`cmd/run/index.js` of @pulumi/pulumi).
const exitCodeErrorShown = 32;

/** Makes the runner of Node programs: each runs in a process of its own, under the SDK's `@pulumi/pulumi/cmd/run`. */
export function createProgramRunner({ engineAddress, environment }: ProgramRunnerOptions): ProgramRunner {
  const running = new Set<ChildProcess>();
  return {
    async run(request, call) {
      const child = spawn(process.execPath, programArguments(request, engineAddress), {
        cwd: request.getPwd(),
        env: programEnvironment(request, environment),
        stdio: ["ignore", "inherit", "inherit"],
      });
      running.add(child);
      call.on("cancelled", () => child.kill());
      try {
        return answerTo(await exitOf(child));
      } finally {
        running.delete(child);
      }
    },
    stop() {
      for (const child of running) child.kill();
    },
  };
}

function programArguments(request: languagePb.RunRequest, engineAddress: string): string[] {
  if (request.getAttachDebugger()) throw new Error("The stand-in language host cannot attach a debugger.");
  const info = request.getInfo();
  const options = readRuntimeOptions(info?.getOptions()?.toJavaScript());
  const flags = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    organization: request.getOrganization(),
    project: request.getProject(),
    stack: request.getStack(),
    "root-directory": info?.getRootDirectory() ?? request.getPwd(),
    pwd: request.getPwd(),
    parallel: request.getParallel(),
  };
  return [
    ...options.nodeArguments,
    findProgramRunner(info?.getProgramDirectory() ?? request.getPwd()),
    ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info?.getEntryPoint() ?? request.getProgram(),
    ...request.getArgsList(),
  ];
}

/** Path of the SDK's runner, in the copy of the SDK that the program imports: in another copy its resources would not be seen. */
function findProgramRunner(directory: string): string {
  try {
    return createRequire(path.join(directory, "index.js")).resolve("@pulumi/pulumi/cmd/run");
  } catch (error) {
    throw new Error(`The Pulumi SDK is not installed for the program in ${directory}. Run there: npm ci`, {
      cause: error,
    });
  }
}

function programEnvironment(request: languagePb.RunRequest, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const options = readRuntimeOptions(request.getInfo()?.getOptions()?.toJavaScript());
  return {
    ...environment,
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    ...(options.typescript && { PULUMI_NODEJS_TYPESCRIPT: "true" }),
    ...(options.tsconfig !== undefined && { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
  };
}

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

async function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve({ code, signal }));
  });
}

function answerTo({ code, signal }: Exit): languagePb.RunResponse {
  const response = new languagePb.RunResponse();
  if (code === 0) return response;
  if (code === exitCodeErrorShown) return response.setBail(true);
  return response.setError(
    code === null ? `Program was ended by ${signal ?? "a signal"}` : `Program exited with non-zero exit code: ${code}`,
  );
}
