import { describe, expect, it } from "vitest";
import { nodePython } from "../testing/node-python.ts";

const compareProgram = `
import hashlib, pathlib, tempfile
from recovery import restored_files
from node.trouble import Trouble
given = json.load(sys.stdin)
with tempfile.TemporaryDirectory() as folder:
    uploads = pathlib.Path(folder)
    for name, content in given["restored"].items():
        (uploads / name).write_text(content)
    expected = {name: {"sha256": hashlib.sha256(content.encode()).hexdigest()} for name, content in given["backedUp"].items()}
    try:
        restored_files.compare(expected, uploads)
        print(json.dumps(None))
    except Trouble as refused:
        print(json.dumps(refused.text("recovery").replace(folder, "UPLOADS")))
`;

describe("restored uploads", () => {
  const backedUp = { "cat.jpg": "a cat", "dog.jpg": "a dog", "fox.jpg": "a fox" };
  const compare = (restored: Record<string, string>) => nodePython(compareProgram, { backedUp, restored });

  it("are taken when each is what was backed up", () => {
    expect(compare(backedUp)).toBeNull();
  });

  it("are refused when one is damaged, and the file is named", () => {
    const refusal = compare({ ...backedUp, "dog.jpg": "a dot" });
    expect(refusal).toContain("1 of 3 uploads are not what was backed up");
    expect(refusal).toMatch(/UPLOADS\/dog\.jpg has the SHA-256 [0-9a-f]{64}, expected [0-9a-f]{64}/);
    expect(refusal).not.toContain("cat.jpg");
  });

  it("are refused when one is missing, and the file is named", () => {
    expect(compare({ "cat.jpg": "a cat", "dog.jpg": "a dog" })).toMatch(
      /1 of 3 uploads .*UPLOADS\/fox\.jpg is missing/s,
    );
  });
});
