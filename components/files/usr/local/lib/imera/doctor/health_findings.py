"""What the node's own health says, as findings."""

from backup.checks import Check
from watch import health

from .finding import Finding, failure, warning, well

CONVERGE = "/usr/local/lib/imera/converge"
# Checks of what users need.
SERVICE = ("volume", "postgresql", "ejabberd", "database", "certificate")
MEANINGS = {
    "volume": "The database and the uploads are out of reach.",
    "postgresql": "Nobody can log in, and no message is kept.",
    "ejabberd": "Nobody can log in or send anything.",
    "database": "The server runs without its database: logins fail and messages are lost.",
    "certificate": "Clients and other servers refuse to connect, or will soon.",
    "renewal": "The certificate will end, and clients and other servers will refuse to connect.",
    "retention": "What the settings say is to end is kept, and the volume fills.",
    "backup": "What has changed since the last backup would be lost with the volume.",
    "wal archive": "The last hours cannot be restored from the backups.",
    "files backup": "Uploads of the last minutes would be lost with the volume.",
    "uploads": "Files that people sent can no longer be fetched.",
    "disk": "A full disk stops the database, and with it every message.",
    "clock": "Calls, certificates and backups fail while the clock is wrong.",
}
# Where one of these is red, so is what stands behind it.
EXPLAINS = {
    "volume": (
        "node-",
        "login",
        "upload",
        "relay",
        "port-shut",
        "tls",
        "unit-",
        "machine",
        "sasl",
        "host-meta",
        "drift",
    ),
    "postgresql": (
        "node-database",
        "login",
        "unit-failed:postgresql",
        "unit-down:postgresql",
        "unit-failed:ejabberd",
        "unanswered:passwords",
    ),
    "ejabberd": (
        *("node-database", "node-certificate", "login", "upload", "relay", "port-shut", "tls-silent", "sasl"),
        *("host-meta", "unit-failed:ejabberd", "unit-failed:certbot", "machine-silent", "unanswered:queues"),
    ),
    "database": ("login",),
    "disk": ("unit-failed:imera-backup",),
    "backup": ("unit-failed:imera-backup.service",),
    "files backup": ("unit-failed:imera-backup-files.service",),
    "renewal": ("unit-failed:certbot",),
    "retention": ("unit-failed:imera-retention",),
}


def look() -> list[Finding]:
    """Gives a finding for each check of health that says what it wants; updates and bans have other findings, or need none."""
    report = health.inspect_node()
    return [finding(check) for check in report["checks"] if check["name"] not in ("updates", "bans")]


def finding(check: Check) -> Finding:
    """Gives a check of health as a finding."""
    name = check["name"]
    # "certificate on 5222"
    kind = name if name in MEANINGS else name.split(" on ")[0]
    about = f":{name.split(' on ')[1]}" if kind != name else ""
    id = f"node-{kind.replace(' ', '-')}{about}"
    if check["ok"]:
        return well(id, check["detail"])
    seen, _, todo = check["detail"].partition("What to do: ")
    make = failure if kind in SERVICE else warning
    return make(
        id,
        seen=seen.strip(),
        wanted="a check of health that is green",
        meaning=MEANINGS.get(kind, "A part of the network does not do what it should."),
        advice=todo,
        command="" if todo else CONVERGE,
        explains=EXPLAINS.get(kind, ()),
    )
