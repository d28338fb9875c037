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
${named("With a hash for one mechanism only, until the first login by PLAIN", report.hashOnly)}
${report.isDone ? `<h2>Accounts</h2>${list(Object.entries(report.outcomes).map(([outcome, number]) => `${number} ${outcome}`))}` : ""}
<h2>By person and room</h2>
${remarkTable(report)}
</body>
</html>
`;
}

// Without colours of its own but one, which is read on light and on dark ground: a page is either as its reader has it.
const style = `:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
.table{overflow-x:auto}table{border-collapse:collapse;width:100%;margin:1rem 0}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #8886;vertical-align:top}tbody th{font-weight:400}
.number{text-align:right;font-variant-numeric:tabular-nums}.lost{color:#d33;font-weight:600}
p,td,tbody th{overflow-wrap:anywhere}.kinds tbody th,.number{overflow-wrap:normal}
ul{padding-left:1.2rem}td ul{margin:0;padding:0;list-style:none}
@media(max-width:40rem){.kinds *{box-sizing:border-box}.kinds tr{display:flex;flex-wrap:wrap;border-bottom:1px solid #8886}.kinds th,.kinds td{border:0}
.kinds tr>:first-child,.kinds tr>:last-child{flex:1 0 100%}.kinds .number{flex:1 0 0;padding-top:0}.kinds td:empty{display:none}}`;

const passwordWords: Readonly<Record<string, string>> = {
  proven: "with the old password, proven against its hash",
  known: "with the old password",
  hashes: "with the old password, as its hashes for all mechanisms",
  hash: "with a hash of the old password for one mechanism",
  none: "without a password: a link to set one has to be sent",
  here: "with the password that they have here, as none comes over",
};

function kindTable({ kinds, isDone }: ImportReport): string {
  const numbers = ["found", "comes over", "changed", "lost", ...(isDone ? ["on the server"] : [])];
  const names = numbers.map((name) => `<th scope="col" class="number">${text(name)}</th>`).join("");
  const head = `<tr><th scope="col">kind</th>${names}<th scope="col">why</th></tr>`;
  const rows = kinds.map(({ kind, found, over, changed, lost, onServer, reasons }) => {
    const cells = [found, over, changed].map((number) => `<td class="number">${number}</td>`).join("");
    const server = isDone ? `<td class="number">${onServer ?? ""}</td>` : "";
    const why = list(reasons.map(({ reason, number }) => `${number}: ${reason}`));
    return `<tr><th scope="row">${text(kind)}</th>${cells}<td class="number${lost > 0 ? " lost" : ""}">${lost}</td>${server}<td>${why}</td></tr>`;
  });
  return table("kinds", head, rows);
}

function remarkTable({ remarks }: ImportReport): string {
  if (remarks.length === 0) return "<p>Nothing to say: all of them come over as they are.</p>";
  const rows = remarks.map(({ who, texts }) => `<tr><th scope="row">${text(who)}</th><td>${list(texts)}</td></tr>`);
  return table("remarks", `<tr><th scope="col">who or where</th><th scope="col">what</th></tr>`, rows);
}

/** On a narrow screen a table that does not fit moves sideways within the page. */
function table(name: string, head: string, rows: readonly string[]): string {
  return `<div class="table"><table class="${name}"><thead>${head}</thead>\n<tbody>${rows.join("\n")}</tbody></table></div>`;
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
