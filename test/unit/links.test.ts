import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { committedFiles, repositoryRoot } from "../runner/repository.ts";

/** As GitHub makes it of a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(/\s/g, "-");
}

it("every link between pages leads to a file and a heading that are there", async () => {
  const pages = (await committedFiles()).filter(({ path }) => path.endsWith(".md"));
  const anchors = new Map(
    pages.map(({ path, text }) => [path, [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) => anchor(title))]),
  );
  const dead = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].flatMap(([link, file = "", heading]) => {
      const target = file === "" ? path : join(dirname(path), file);
      if (!existsSync(join(repositoryRoot, target))) return [`${path}: ${link}`];
      return heading === undefined || anchors.get(target)?.includes(heading) === true ? [] : [`${path}: ${link}`];
    }),
  );
  expect(pages.length).toBeGreaterThan(5);
  expect(dead).toEqual([]);
});
