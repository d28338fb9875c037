import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/** Answer of a mirror to a request; `content` is the whole file. */
export type MirrorAnswer = (response: ServerResponse, content: Buffer) => void;

/** Package mirror on loopback that can be made to fail. Disposing it ends it. */
export interface DebianMirror extends AsyncDisposable {
  /** Address, with a slash at its end. */
  readonly url: string;
  /** Paths that were asked for, in order. */
  readonly asked: string[];
  /** Answers the next `count` requests whose path matches with `answer`; everything else is served well. */
  failNext(count: number, path: RegExp, answer: MirrorAnswer): void;
}

/** Serves empty packages of these names, version 1, as the release of this codename: a flat repository in a folder. */
export async function debianMirror(folder: string, names: readonly string[], codename: string): Promise<DebianMirror> {
  const files = repository(folder, names, codename);
  const asked: string[] = [];
  let failure: { left: number; path: RegExp; answer: MirrorAnswer } | undefined;
  const server = createServer((request, response) => {
    const path = (request.url ?? "").replace(/^\/(\.\/)?/, "");
    asked.push(path);
    const content = files.get(path);
    if (failure !== undefined && failure.left > 0 && failure.path.test(path)) {
      failure.left -= 1;
      failure.answer(response, content ?? Buffer.alloc(0));
    } else if (content === undefined) response.writeHead(404).end();
    else response.end(content);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked,
    failNext: (count, path, answer) => {
      failure = { left: count, path, answer };
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Ends the connection without a word. */
export const dead: MirrorAnswer = (response) => response.destroy();

/** Ends the connection in the middle of the file. */
export const cutOff: MirrorAnswer = (response, content) => {
  response.writeHead(200, { "content-length": content.length });
  response.write(content.subarray(0, content.length / 2), () => response.destroy());
};

/** Serves half of the file as if it were the whole, as a proxy does that has kept it so. */
export const half: MirrorAnswer = (response, content) => void response.end(content.subarray(0, content.length / 2));

/** Serves the page of a hotel's network in place of the file. */
export const otherPage: MirrorAnswer = (response) => void response.end("<html>Please log in</html>");

function repository(folder: string, names: readonly string[], codename: string): Map<string, Buffer> {
  const entries = names.map((name) => ({ path: `${name}_1_all.deb`, content: buildPackage(folder, name) }));
  const index = Buffer.from(
    entries.map(({ path, content }) => `${control(path.split("_")[0] ?? "")}${place(path, content)}\n`).join("\n"),
  );
  const release = `Codename: ${codename}\nDate: Thu, 01 Jan 2026 00:00:00 UTC\nSHA256:\n ${sha256(index)} ${index.length} Packages\n`;
  return new Map([
    ...entries.map(({ path, content }) => [path, content] as const),
    ["Packages", index],
    ["Release", Buffer.from(release)],
  ]);
}

function buildPackage(folder: string, name: string): Buffer {
  const root = join(folder, name);
  mkdirSync(join(root, "DEBIAN"), { recursive: true });
  mkdirSync(join(root, "opt"), { recursive: true });
  writeFileSync(join(root, "opt", name), name.repeat(2000));
  writeFileSync(join(root, "DEBIAN/control"), control(name));
  execFileSync("dpkg-deb", ["--root-owner-group", "--build", root, `${root}.deb`], { stdio: "pipe" });
  return readFileSync(`${root}.deb`);
}

function control(name: string): string {
  return `Package: ${name}\nVersion: 1\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nDescription: ${name}\n`;
}

function place(path: string, content: Buffer): string {
  return `Filename: ./${path}\nSize: ${content.length}\nSHA256: ${sha256(content)}\n`;
}

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
