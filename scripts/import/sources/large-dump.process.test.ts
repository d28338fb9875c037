import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../../host/testing/temporary-folder.ts";

const messages = 60_000;
const charactersEach = 2000;
const mib = 1024 * 1024;

/** Opens a source and prints the most memory that it took, in MiB, and the number of messages in it. */
const program = (source: string) => `
import { openSource } from ${JSON.stringify(join(import.meta.dirname, "open-source.ts"))};
using source = await openSource(${JSON.stringify(source)});
const count = source.copy.count("SELECT count(*) FROM ofmessagearchive");
process.stdout.write(JSON.stringify([count, Math.round(process.resourceUsage().maxRSS / 1024)]));
`;

function* mysqldump(): Generator<string> {
  yield "-- MariaDB dump 10.19\nCREATE TABLE `ofUser` (\n  `username` varchar(64) NOT NULL,\n  PRIMARY KEY (`username`)\n) ENGINE=InnoDB;\n";
  yield "CREATE TABLE `ofMessageArchive` (\n  `fromJID` text,\n  `body` text\n) ENGINE=InnoDB;\n";
  for (let row = 0; row < messages; row += 5000) {
    const rows = Array.from(
      { length: 5000 },
      (_, index) => `('a@old.test','${"w".repeat(charactersEach)} ${row + index}')`,
    );
    yield `INSERT INTO \`ofMessageArchive\` VALUES ${rows.join(",")};\n`;
  }
  yield "-- Dump completed on 2026-11-22 10:11:12\n";
}

it("a large dump is read in little memory", async () => {
  const file = join(temporaryFolder("large"), "dump.sql");
  await pipeline(Readable.from(mysqldump()), createWriteStream(file));
  const { stdout } = await execa(process.execPath, ["--input-type=module", "--eval", program(file)]);
  const [count, most] = JSON.parse(stdout) as [number, number];
  expect(count).toBe(messages);
  // The dump has half as much again, and its rows as text would take several times that.
  expect(most).toBeLessThan(300);
  expect((messages * charactersEach) / mib).toBeGreaterThan(100);
});
