"""What the node's own health says, as findings."""

import functools
from collections.abc import Callable

from backup.checks import Check
from node import postgres
from node.commands import run
from node.facts import data
from retention import record as retention
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
    "certificate files": "The certificate cannot be renewed as it stands, and the backups hold half of one.",
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
    "database": ("login", "upload", "relay", "sasl", "tls-silent", "host-meta", "abuse-contact", "unanswered:queues"),
    "disk": ("unit-failed:imera-backup",),
    "backup": ("unit-failed:imera-backup.service",),
    "files backup": ("unit-failed:imera-backup-files.service",),
    "renewal": ("unit-failed:certbot",),
    "retention": ("unit-failed:imera-retention",),
}


def looks() -> dict[str, Callable[[], list[Finding]]]:
    """Gives the checks of health by name. What is served on which port, updates and bans are other checks' affair."""
    return {
        **{name: functools.partial(look, name, work) for name, work in health_checks().items()},
        "backups": lambda: [finding(check) for check in health.backup_checks()],
    }


def health_checks() -> dict[str, Callable[[], str]]:
    """Gives the checks of health that stand alone, each by the function that gives its detail."""
    return {
        "volume": lambda: health.output_of("findmnt", "--noheadings", "--output", "SOURCE", str(data())),
        "postgresql": lambda: health.output_of("systemctl", "is-active", postgres.unit()),
        "ejabberd": lambda: health.output_of("systemctl", "is-active", "ejabberd.service"),
        "database": count_accounts,
        "certificate": health.check_expiry,
        "renewal": health.check_renewal,
        "retention": retention.describe,
    }


def count_accounts() -> str:
    """Gives the number of accounts that the server finds in its database. Raises Red, at once where the database does not run."""
    if (
        run(["systemctl", "is-active", postgres.unit()], what="systemd did not answer", timeout_seconds=5).returncode
        != 0
    ):
        raise health.Red("the database does not run")
    return health.count_accounts()


def look(name: str, work: Callable[[], str]) -> list[Finding]:
    """Runs one check of health."""
    return [finding(health.check(name, work))]


def late(name: str, seconds: float) -> Finding:
    """Gives the finding of a check of health that has not ended in time."""
    return finding({"name": name, "ok": False, "detail": f"no answer within {seconds:g} s"})


def finding(check: Check) -> Finding:
    """Gives a check of health as a finding."""
    name = check["name"]
    id = f"node-{name.replace(' ', '-')}"
    if check["ok"]:
        return well(id, check["detail"])
    seen, _, todo = check["detail"].partition("What to do: ")
    make = failure if name in SERVICE else warning
    return make(
        id,
        seen=seen.strip(),
        wanted="a check of health that is green",
        meaning=MEANINGS.get(name, "A part of the network does not do what it should."),
        advice=todo,
        command="" if todo else CONVERGE,
        explains=EXPLAINS.get(name, ()),
    )
