/** Configuration of the peer's Prosody: encryption and verified certificates with every other server, no dialback. */
export function prosodyConfiguration(domain: string): string {
  return `modules_enabled = { "disco"; "roster"; "saslauth"; "tls"; "ping"; "posix" }
modules_disabled = { "s2s_auth_dane_in"; "dialback" }
authentication = "internal_hashed"
c2s_require_encryption = true
s2s_require_encryption = true
s2s_secure_auth = true
c2s_direct_tls_ports = { 5223 }
s2s_direct_tls_ports = { 5270 }
certificates = "certs"
log = { debug = "/var/log/prosody/prosody.log" }
pidfile = "/run/prosody/prosody.pid"
VirtualHost "${domain}"
`;
}
