import { main } from "../protocol/index.ts";
import { provider } from "./provider.ts";

await main(provider);
