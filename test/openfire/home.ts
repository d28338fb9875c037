import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { createTables, openfireTables, type Dialect } from "./schema.ts";

/** Domain of the recorded server. */
export const oldDomain = "old.example";

/** Port on loopback where the recorded server takes clients. */
export const clientPort = 25222;

/** Database that an Openfire is to use instead of its embedded one. */
export interface OuterDatabase {
  readonly dialect: "postgresql" | "mysql";
  readonly driver: string;
  readonly url: string;
  readonly user: string;
}

/** Makes the home of an Openfire 4.2.0 that has never been started, in a new folder. Its database makes itself at the first start. */
export async function makeHome(home: string, outer?: OuterDatabase): Promise<void> {
  const dialect = outer?.dialect ?? "hsqldb";
  const files: Readonly<Record<string, string>> = {
    "conf/openfire.xml": configuration(outer),
    "conf/security.xml": "<security><encrypt><algorithm>Blowfish</algorithm></encrypt></security>\n",
    [`resources/database/openfire_${dialect}.sql`]: database(dialect),
    // Without a console the server opens no port.
    "plugins/admin/plugin.xml":
      "<plugin><class>org.jivesoftware.openfire.container.AdminConsolePlugin</class><name>Admin</name></plugin>\n",
    "plugins/admin/webapp/WEB-INF/web.xml": "<web-app/>\n",
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.join(home, path.dirname(name)), { recursive: true });
    await writeFile(path.join(home, name), content);
  }
  await mkdir(path.join(home, "resources/security"), { recursive: true });
  for (const name of ["keystore", "truststore", "client.truststore"]) {
    const store = ["-keystore", path.join(home, "resources/security", name), "-storepass", "changeit"];
    const key = ["-genkeypair", "-alias", "old", "-dname", `CN=${oldDomain}`, "-keyalg", "RSA", "-validity", "3650"];
    await execa("keytool", [...key, ...store, "-keypass", "changeit", "-storetype", "JKS"]);
  }
}

function configuration(outer: OuterDatabase | undefined): string {
  const provider = outer === undefined ? "EmbeddedConnectionProvider" : "DefaultConnectionProvider";
  const connection =
    outer === undefined
      ? ""
      : `<database><defaultProvider><driver>${outer.driver}</driver><serverURL>${outer.url.replaceAll("&", "&amp;")}</serverURL>
<username>${outer.user}</username><password>secret</password><testSQL>select 1</testSQL>
<testBeforeUse>false</testBeforeUse><testAfterUse>false</testAfterUse>
<minConnections>2</minConnections><maxConnections>10</maxConnections><connectionTimeout>1.0</connectionTimeout></defaultProvider></database>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<jive>
<adminConsole><port>-1</port><securePort>-1</securePort></adminConsole>
<locale>en</locale>
<network><interface>127.0.0.1</interface></network>
<connectionProvider><className>org.jivesoftware.database.${provider}</className></connectionProvider>
${connection}
<setup>true</setup>
</jive>
`;
}

/** Writes what Openfire runs in an empty database: tables and first rows. */
function database(dialect: Dialect): string {
  const properties = Object.entries({
    "xmpp.domain": oldDomain,
    "xmpp.socket.plain.port": String(clientPort),
    "xmpp.client.tls.policy": "disabled",
    "xmpp.server.socket.active": "false",
    "update.service-enabled": "false",
    "httpbind.enabled": "false",
    "xmpp.proxy.enabled": "false",
    "xmpp.pep.enabled": "true",
    // Seconds; by itself it writes what people publish after two minutes, and of a server that was killed it is gone.
    "xmpp.pubsub.flush.timer": "2",
  });
  const rows = [
    ...[18, 19, 23].map((type) => `INSERT INTO ofID (idType, id) VALUES (${type}, 1)`),
    "INSERT INTO ofID (idType, id) VALUES (26, 2)",
    "INSERT INTO ofUser (username, plainPassword, name, email, creationDate, modificationDate) VALUES ('admin', 'admin', 'Administrator', 'admin@example.com', '0', '0')",
    "INSERT INTO ofMucService (serviceID, subdomain, isHidden) VALUES (1, 'conference', 0)",
    ...properties.map(([name, value]) => `INSERT INTO ofProperty (name, propValue) VALUES ('${name}', '${value}')`),
    "INSERT INTO ofVersion (name, version) VALUES ('openfire', 26)",
  ];
  return [...createTables(openfireTables(26), dialect), ...rows].map((statement) => `${statement};\n`).join("");
}
