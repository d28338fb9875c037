import { main } from "../protocol/index.ts";
import { digitalOceanProvider } from "./provider.ts";

await main(digitalOceanProvider);
