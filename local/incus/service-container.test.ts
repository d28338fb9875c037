import { expect, test } from "vitest";

import { readCloudInitStatus } from "./service-container.ts";

const finished = { errors: [], start: 1, finished: 2 };

function status(final: object, stage: string | null = null): string {
  return JSON.stringify({ v1: { datasource: "NoCloud", stage, init: finished, "modules-final": final } });
}

test("done when the last stage is finished without an error", () => {
  expect(readCloudInitStatus("a", status(finished))).toEqual({ value: true });
});

test("not yet while a stage is under way, or the last has not begun", () => {
  expect(readCloudInitStatus("a", status({ ...finished, finished: null }, "modules-final"))).toHaveProperty("seen");
  expect(readCloudInitStatus("a", status({ errors: [], start: null, finished: null }))).toHaveProperty("seen");
});

test("failed for good when a stage has errors, in their own words", () => {
  const failed = { ...finished, errors: ["package pebble was not found"] };
  expect(() => readCloudInitStatus("a", status(failed))).toThrow("package pebble was not found");
});
