import { defineConfig } from "vitest/config";

/** Limits of a test or hook that hangs. Local clouds compute at the same time, so that what takes a second may take twenty. */
const patient = { testTimeout: 120_000, hookTimeout: 120_000 };

/** Settings of tests that stand beside the source and need nothing but Debian's git, nodejs and npm, with npm's Python. */
const besideSource = {
  ...patient,
  // Loading the vendors' clients anew for each file took more than half of the time.
  isolate: false,
  // Left to itself, vitest keeps one of two processors free.
  maxWorkers: "100%",
};

/**
 * Five projects, slowest last. `unit` and `process` stand beside the source and need nothing installed; those of `process` start
 * programs, such as the node's, for seconds a file. `tools` stands there, too, and needs the programs of
 * test/runner/host-tools.ts; `contract` replays what the official plugins were recorded to do; `network` runs against a local
 * cloud.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["{host,components,scripts,local,toolchain}/**/*.test.ts", "test/unit/**/*.test.ts"],
          exclude: ["**/*.{contract,process,tools}.test.ts"],
          ...besideSource,
        },
      },
      {
        test: {
          name: "process",
          include: ["{host,components,scripts,local,toolchain}/**/*.process.test.ts", "test/unit/**/*.process.test.ts"],
          ...besideSource,
        },
      },
      { test: { name: "tools", include: ["{host,components,local,scripts}/**/*.tools.test.ts"], ...patient } },
      { test: { name: "contract", include: ["toolchain/**/*.contract.test.ts"], ...patient } },
      {
        test: {
          name: "network",
          include: ["test/network/**/*.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 1_200_000,
          // Each file waits for machines and clients of its own more than it computes.
          maxWorkers: 3,
        },
      },
    ],
  },
});
