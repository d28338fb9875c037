/**
 * The rule of the house: a folder imports only from folders to its left in
 * `host ← components, toolchain ← local ← scripts ← test`, and no file reaches itself.
 */
const folders = ["host", "components", "toolchain", "local", "scripts", "test"];

/** Folders beside each other, neither of which may know the other. */
const apart = [["components", "toolchain"]];

/** Programs of `scripts/` that run before anything else does, and import nothing of ours. */
const before = "^scripts/(bootstrap|dots-types)\\.";

function noArrowUp(folder) {
  const right = folders.slice(folders.indexOf(folder) + 1);
  const beside = apart.flatMap((pair) => (pair.includes(folder) ? pair.filter((other) => other !== folder) : []));
  const forbidden = [...new Set([...right, ...beside])];
  if (forbidden.length === 0) return [];
  return [
    {
      name: `${folder}-imports-only-from-its-left`,
      comment: `${folder}/ imports only from ${[...folders.slice(0, folders.indexOf(folder))].filter((other) => !beside.includes(other)).join(", ") || "npm packages"}.`,
      severity: "error",
      from: { path: `^${folder}/` },
      to: { path: `^(${forbidden.join("|")})/`, pathNot: before },
    },
  ];
}

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...folders.flatMap(noArrowUp),
    { name: "no-circle", comment: "No file reaches itself.", severity: "error", from: {}, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".mjs", ".js"] },
  },
};
