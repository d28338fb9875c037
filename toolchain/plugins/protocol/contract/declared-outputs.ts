import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import ts from "typescript";

/**
 * Names of the outputs that an SDK's class declares as always present: `Output<string>`, not `Output<string | undefined>`.
 * `declaration` is a module such as `@pulumi/digitalocean/vpc.d.ts`. A program may use these without looking.
 */
export function alwaysPresentOutputs(declaration: string): string[] {
  const path = createRequire(import.meta.url).resolve(declaration);
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.ES2023);
  const classes = source.statements.filter((statement) => ts.isClassDeclaration(statement));
  return classes.flatMap(({ members }) => members.flatMap((member) => outputName(member, source) ?? []));
}

function outputName(member: ts.ClassElement, source: ts.SourceFile): string | undefined {
  if (!ts.isPropertyDeclaration(member) || member.type === undefined || !ts.isTypeReferenceNode(member.type)) return;
  const { typeName, typeArguments } = member.type;
  if (typeName.getText(source) !== "pulumi.Output") return;
  const value = typeArguments?.[0];
  const parts = value !== undefined && ts.isUnionTypeNode(value) ? value.types : [value];
  const maybeAbsent = parts.some((part) => part?.kind === ts.SyntaxKind.UndefinedKeyword);
  return maybeAbsent ? undefined : member.name.getText(source);
}
