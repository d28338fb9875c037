import process from "node:process";
import { main } from "../protocol/index.ts";
import { engineLog } from "./engine-log.ts";
import { commandProvider } from "./provider.ts";

const engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
await main(commandProvider(engineLog(engineAddress)));
