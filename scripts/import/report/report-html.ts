import type { ImportReport } from "./report.ts";

/** Writes a report as one page of HTML that needs nothing else: no script, no font, no picture. */
export function reportHtml(report: ImportReport): string {
  const title = report.isDone ? "Imported" : "What would come over";
  const { from, to } = report.domain;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(`${title}: ${from} to ${to}`)}</title>
<style>${style}</style>
</head>
<body>
<h1>${text(title)}</h1>
<p>${text(`${report.form} of ${from}, to ${to}.`)}</p>
${list(report.notes)}
<h2>Kinds</h2>
${kindTable(report)}
<h2>Passwords</h2>
${list(Object.entries(report.passwords).map(([origin, number]) => `${number} ${passwordWords[origin] ?? origin}`))}
${named("Without a password", report.withoutPassword)}
${named("With a hash for one mechanism only, until the first login", report.hashOnly)}
${report.isDone ? `<h2>Accounts</h2>${list(Object.entries(report.outcomes).map(([outcome, number]) => `${number} ${outcome}`))}` : ""}
<h2>By person and room</h2>
${remarkTable(report)}
</body>
</html>
`;
}

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd;vertical-align:top}
td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}td.lost{color:#a40000;font-weight:600}
ul{padding-left:1.2rem}`;

const passwordWords: Readonly<Record<string, string>> = {
  proven: "with the old password, proven against its hash",
  known: "with the old password",
  hashes: "with the old password, as its hashes for all mechanisms",
  hash: "with a hash of the old password for one mechanism",
  none: "without a password: a new one has to be set",
};

function kindTable({ kinds, isDone }: ImportReport): string {
  const numbers = ["found", "comes over", "changed", "lost", ...(isDone ? ["on the server"] : [])];
  const head = `<tr><th></th>${numbers.map((name) => `<th class="number">${text(name)}</th>`).join("")}<th>why</th></tr>`;
  const rows = kinds.map(({ kind, found, over, changed, lost, onServer, reasons }) => {
    const cells = [found, over, changed].map((number) => `<td class="number">${number}</td>`).join("");
    const server = isDone ? `<td class="number">${onServer ?? ""}</td>` : "";
    const why = list(reasons.map(({ reason, number }) => `${number}: ${reason}`));
    return `<tr><td>${text(kind)}</td>${cells}<td class="number${lost > 0 ? " lost" : ""}">${lost}</td>${server}<td>${why}</td></tr>`;
  });
  return `<table>${head}${rows.join("\n")}</table>`;
}

function remarkTable({ remarks }: ImportReport): string {
  if (remarks.length === 0) return "<p>Nothing to say: all of them come over as they are.</p>";
  const rows = remarks.map(({ who, texts }) => `<tr><td>${text(who)}</td><td>${list(texts)}</td></tr>`);
  return `<table>${rows.join("\n")}</table>`;
}

function named(title: string, names: readonly string[]): string {
  return names.length === 0 ? "" : `<p>${text(`${title}: ${names.join(", ")}`)}</p>`;
}

function list(items: readonly string[]): string {
  return items.length === 0 ? "" : `<ul>${items.map((item) => `<li>${text(item)}</li>`).join("")}</ul>`;
}

function text(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
