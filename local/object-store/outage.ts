import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import type { Run } from "../run/run.ts";
import { stoppedFile } from "./index.ts";

/** Makes the run's object store fail: from now on every request is answered 503 at once. Its contents stay. */
export async function stopObjectStore(run: Run): Promise<void> {
  const file = stoppedFile(run.files.objects);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, "");
}

/** Makes the run's object store answer again after {@link stopObjectStore}. */
export async function resumeObjectStore(run: Run): Promise<void> {
  await rm(stoppedFile(run.files.objects), { force: true });
}
