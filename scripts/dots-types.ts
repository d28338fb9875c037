import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const packageFolder = fileURLToPath(new URL("../node_modules/@digitalocean/dots/", import.meta.url));
// Inside node_modules, so that it goes when the packages go. tsconfig.json's `paths` name it.
const typesFolder = fileURLToPath(new URL("../node_modules/.dots-types/", import.meta.url));

/**
 * Writes declarations of `@digitalocean/dots` for tsc and eslint, unless those of the installed version are there. The package
 * ships its TypeScript sources in place of declarations, and these do not compile: tsc would report thousands of errors in
 * them, which `skipLibCheck` passes over in declarations only.
 */
export function ensureDotsTypes(): void {
  const version = readPackageVersion();
  const marker = join(typesFolder, "version");
  if (readIfThere(marker) === version) return;
  rmSync(typesFolder, { recursive: true, force: true });
  for (const file of sourceFiles()) writeDeclaration(file);
  // Without it the declarations would be read as CommonJS.
  writeFileSync(join(typesFolder, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(marker, version);
}

function sourceFiles(): string[] {
  const files = readdirSync(join(packageFolder, "src/dots"), { recursive: true, encoding: "utf8" });
  return ["index.ts", ...files.filter((file) => file.endsWith(".ts")).map((file) => join("src/dots", file))];
}

function writeDeclaration(file: string): void {
  const { outputText } = ts.transpileDeclaration(readFileSync(join(packageFolder, file), "utf8"), {
    fileName: file,
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext },
  });
  const target = join(typesFolder, file.replace(/\.ts$/, ".d.ts"));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, outputText);
}

function readPackageVersion(): string {
  const text = readFileSync(join(packageFolder, "package.json"), "utf8");
  return /"version": "([^"]+)"/.exec(text)?.[1] ?? "";
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

if (import.meta.main) ensureDotsTypes();
