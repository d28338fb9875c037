import { domainHosts } from "../model/services.ts";
import type { AlarmWay } from "./alarm-schema.ts";
import { rule, type Rule } from "./rule.ts";

/** Key that a node cannot have: names at the vendors and in the state are the watcher's. */
export const watcherKey = "watcher";

/** Rules of the settings that say how the network is watched and who is alarmed. */
export const watchRules: readonly Rule[] = [
  rule(["watcher", "alarms"], ({ watcher, alarms }) =>
    watcher === "" || alarms.length > 0
      ? undefined
      : { key: "watcher", reason: "would tell nobody what it sees; set imera:alarms, as docs/watching.md says" },
  ),
  rule(["nodes"], ({ nodes }) =>
    nodes.includes(watcherKey)
      ? { key: "nodes", reason: `${watcherKey} is the name of the droplet that watches; take a name such as xmpp1` }
      : undefined,
  ),
  rule(["alarms"], ({ alarms }) => {
    const names = alarms.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    return twice === undefined
      ? undefined
      : { key: "alarms", reason: `two ways are named ${twice}; give each a name of its own` };
  }),
  rule(["alarms", "domain", "nodes"], ({ alarms, domain, nodes }) => {
    const own = new Set([...Object.values(domainHosts(domain)), ...nodes.map((node) => `${node}.${domain}`)]);
    const way = alarms.find((each) => serversOf(each).some((server) => own.has(server)));
    return way === undefined
      ? undefined
      : {
          key: "alarms",
          reason: `${way.name} goes through ${domain} itself, which is down when there is something to tell; take another server`,
        };
  }),
  rule(["tokenEnds"], ({ tokenEnds }) => {
    const names = tokenEnds.map(({ token }) => token);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    return twice === undefined
      ? undefined
      : { key: "tokenEnds", reason: `${twice} stands there twice; keep the line with its real end` };
  }),
  rule(["watchPeer", "domain"], ({ watchPeer, domain }) =>
    watchPeer === "" || (watchPeer !== domain && !watchPeer.endsWith(`.${domain}`))
      ? undefined
      : { key: "watchPeer", reason: `is ${domain} itself; name a server of somebody else, or nothing` },
  ),
];

/** Names the servers that an alarm passes, as far as the settings tell. */
function serversOf(way: AlarmWay): string[] {
  switch (way.type) {
    case "xmpp":
      return [way.host ?? "", ...[way.from, ...way.to].map((jid) => jid.slice(jid.indexOf("@") + 1))];
    case "ntfy":
      return [new URL(way.server).hostname];
    case "smtp":
      return [way.host];
    case "slack":
    case "webhook":
      return [new URL(way.url).hostname];
    case "mail-api":
      return way.url === null ? [] : [new URL(way.url).hostname];
  }
}
