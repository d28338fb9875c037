import { defineConfig } from "vitest/config";

/**
 * Three projects, slowest last: `unit` stands beside the source, `contract` replays what the official plugins were recorded
 * to do, `network` runs against a local cloud.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["{host,components,scripts,local,toolchain}/**/*.test.ts", "test/unit/**/*.test.ts"],
          exclude: ["**/*.contract.test.ts"],
          // Loading the vendors' clients anew for each file took more than half of the time.
          isolate: false,
        },
      },
      { test: { name: "contract", include: ["toolchain/**/*.contract.test.ts"], testTimeout: 60_000 } },
      {
        test: {
          name: "network",
          include: ["test/network/**/*.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 1_200_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
