import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ejabberdConfig, ejabberdYaml } from "./config.ts";
import { addresses, ejabberdInput } from "../testing/inputs.ts";

describe("ejabberdYaml", () => {
  const text = ejabberdYaml(ejabberdInput());

  it("is as expected", () => {
    expect(text).toMatchSnapshot();
  });

  it("says in YAML what the object says, without anchors, which ejabberd's parser has trouble with", () => {
    const fromMaps = (_: string, value: unknown) =>
      (value instanceof Map ? Object.fromEntries(value) : value) as unknown;
    expect(parse(text)).toEqual(JSON.parse(JSON.stringify(ejabberdConfig(ejabberdInput()), fromMaps)));
    expect(text).not.toMatch(/[&*][a-z0-9]+$/m);
  });

  it("has macros where the secrets go", () => {
    expect(ejabberdConfig(ejabberdInput())).toMatchObject({
      sql_password: "DATABASE_PASSWORD",
      modules: { mod_stun_disco: { secret: "TURN_SECRET" } },
      include_config_file: ["/etc/ejabberd/secrets.yml"],
    });
  });

  it("announces the relay at the droplet's own address, which its packets come from", () => {
    expect(text).toContain(`turn_ipv4_address: ${addresses.publicIpv4}`);
    expect(text).not.toContain(addresses.serviceIpv4);
  });

  it("writes limits as numbers: as texts they would be names of shapers, and limit nothing", () => {
    const rules = (parse(text, { mapAsMap: true }) as Map<string, Map<string, unknown>>).get("shaper_rules");
    expect(rules?.get("max_user_offline_messages")).toEqual([new Map([[5000, "admin"]]), new Map([[500, "all"]])]);
    expect(rules?.get("soft_upload_quota")).toEqual([new Map([[900, "all"]])]);
    expect(rules?.get("hard_upload_quota")).toEqual([new Map([[1000, "all"]])]);
  });

  it("sends to another server again half a minute after that could not be reached, at the latest", () => {
    expect(ejabberdConfig(ejabberdInput())).toMatchObject({ s2s_max_retry_delay: "30 seconds" });
  });

  it("asks no block list in a closed network", () => {
    const { settings, ...rest } = ejabberdInput();
    const modules = (spamProtection: boolean) => ejabberdYaml({ ...rest, settings: { ...settings, spamProtection } });
    expect(modules(true)).toContain("xmppbl.org");
    expect(modules(false)).not.toMatch(/rtbl/);
  });

  it("requires TLS 1.2 or newer on every listener that speaks TLS", () => {
    const { listen, c2s_protocol_options, s2s_protocol_options } = ejabberdConfig(ejabberdInput());
    for (const options of [c2s_protocol_options, s2s_protocol_options]) {
      expect(options).toEqual(expect.arrayContaining(["no_sslv3", "no_tlsv1", "no_tlsv1_1"]));
    }
    const c2s = (listen as { module: string; tls?: boolean; starttls_required?: boolean }[]).filter(
      ({ module }) => module === "ejabberd_c2s",
    );
    expect(c2s).toHaveLength(2);
    expect(c2s.every(({ tls, starttls_required }) => tls === true || starttls_required === true)).toBe(true);
  });

  it("keeps what changes something off the HTTP API", () => {
    const { api_permissions: permissions } = ejabberdConfig(ejabberdInput()) as {
      api_permissions: Record<string, { from: string; what: unknown }>;
    };
    const overHttp = Object.values(permissions).filter(({ from }) => from === "mod_http_api");
    expect(overHttp.map(({ what }) => what)).toEqual([["status", "stats", "check_account"]]);
  });
});
