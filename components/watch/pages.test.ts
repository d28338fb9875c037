import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { nodePython } from "../testing/node-python.ts";

const linking = `
from watcher import findings, notification
from watcher.subjects import all_subjects
node = {"key": "xmpp1", "name": "xmpp1.example.org"}
service = {"name": "c2s", "transports": ["tcp"], "firstPort": 5222, "reach": "everyone"}
network = {"nodes": [node], "services": [service], "ipv6": True, "heartbeats": ["watcher"], "peer": "jabber.example.net"}
eye = {"stack": "prod", "documentation": None, "eye": "watcher", "place": "ams3", "domain": "example.org"}
class Judge: standings = {}
told = [notification.test(eye, 0), notification.way_failed(eye, "chat", "x", 0), notification.daily(eye, Judge, 0)]
pages = {each["link"].partition("#")[2] for each in told}
pages |= {each.page for each in [*all_subjects(network), findings.subject("finding memory on xmpp1")]}
print(json.dumps(sorted(pages)))
`;

it("each alarm links to a heading of docs/watching.md", () => {
  const text = readFileSync(fileURLToPath(new URL("../../docs/watching.md", import.meta.url)), "utf8");
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) => title.toLowerCase().replaceAll(" ", "-"));
  const pages = nodePython(linking, null) as string[];
  expect(pages.length).toBeGreaterThan(15);
  expect(pages.filter((page) => !headings.includes(page))).toEqual([]);
});
