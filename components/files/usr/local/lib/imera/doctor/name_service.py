"""Names of the Internet, as this machine looks them up: for backups, renewals, updates and other servers."""

from node.commands import run
from node.facts import facts
from node.trouble import Trouble

from .finding import Finding, failure, well

TIMEOUT_SECONDS = 4
# What needs names, and is named by its own check.
EXPLAINS = (
    "node-wal-archive",
    "node-files-backup",
    "node-backup",
    "node-renewal",
    "unit-failed:imera-backup",
    "unit-failed:certbot",
    "federation",
    "dns-token",
    "unanswered:token ends",
    "unanswered:updates",
    "unanswered:queues",
)


def look() -> list[Finding]:
    """Gives whether the name of the backups' store is found."""
    name = facts()["backup"]["endpoint"]
    try:
        answer = run(["getent", "ahosts", name], timeout_seconds=TIMEOUT_SECONDS)
    except Trouble as trouble:
        return [not_found(name, trouble.why)]
    return [well("name-service", f"{name} is found") if answer.returncode == 0 else not_found(name, "no such name")]


def not_found(name: str, why: str) -> Finding:
    """Gives the finding that a name is not found."""
    return failure(
        "name-service",
        seen=f"{name}: {why}",
        wanted="an address",
        meaning="Messages to other servers do not leave, nothing is backed up, and the certificate is not renewed.",
        command=f"ls -l /etc/resolv.conf; cat /etc/resolv.conf; resolvectl status; getent ahosts {name}",
        explains=EXPLAINS,
    )
