import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formatPython, pythonFiles } from "./runner/python-source.ts";
import { committedFiles, repositoryRoot } from "./runner/repository.ts";

// Formats every Python file of the repository that git knows, as `prettier --write .` does for what prettier knows.
for (const { path, text } of pythonFiles(await committedFiles())) {
  const formatted = formatPython(text);
  if (formatted !== text) await writeFile(join(repositoryRoot, path), formatted);
}
