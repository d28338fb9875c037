"""Units of systemd: none has failed, and those that a node lives by run."""

from collections.abc import Iterator

from node.commands import run
from node.facts import is_drill

from .finding import Finding, failure, warning, well

TIMEOUT_SECONDS = 5
# Without these nothing is renewed, saved or told. A drill has none.
TIMERS = {
    "certbot.timer": "The certificate is not renewed.",
    "imera-backup.timer": "No more backups are made.",
    "imera-backup-files.timer": "Uploads are not saved.",
    "imera-backup-watch.timer": "The administrator is not told when backups fail.",
    "imera-retention.timer": "What the settings say is to end is kept.",
    "imera-upgrade.timer": "Updates of PostgreSQL are not installed.",
}


def look() -> list[Finding]:
    """Gives the units that have failed or do not run. Raises Trouble where systemd does not answer."""
    found = [*failed(), *stopped()]
    return found or [well("units", f"none has failed; {len(wanted())} timers run")]


def failed() -> Iterator[Finding]:
    """Gives the units that ended on an error."""
    listed = run(
        ["systemctl", "list-units", "--state=failed", "--plain", "--no-legend", "--full"],
        what="systemd did not answer",
        timeout_seconds=TIMEOUT_SECONDS,
    )
    for line in listed.stdout.splitlines():
        name = line.split()[0]
        yield failure(
            f"unit-failed:{name}",
            seen=f"{name} has failed: {last_words(name)}",
            wanted="no unit that has failed",
            meaning="What this unit does for the network is not done.",
            command=f"systemctl status --no-pager {name}; journalctl --no-pager --lines 20 --unit {name}",
        )


def stopped() -> Iterator[Finding]:
    """Gives the timers that do not run."""
    for name, meaning in wanted().items():
        state = run(["systemctl", "is-active", name], what="systemd did not answer", timeout_seconds=TIMEOUT_SECONDS)
        # One that has failed is told of already.
        if state.stdout.strip() not in ("active", "failed"):
            yield warning(
                f"unit-down:{name}",
                seen=state.stdout.strip() or "unknown",
                wanted="active",
                meaning=meaning,
                command=f"systemctl enable --now {name}",
                explains=(f"unit-failed:{name}", "node-renewal" if name == "certbot.timer" else "none"),
            )


def wanted() -> dict[str, str]:
    """Gives the timers that have to run, each with what it means where one does not."""
    return {} if is_drill() else TIMERS


def last_words(name: str) -> str:
    """Gives the last line that a unit logged."""
    log = run(
        ["journalctl", "--unit", name, "--lines", "1", "--output", "cat", "--no-pager"],
        what="the journal did not answer",
        timeout_seconds=TIMEOUT_SECONDS,
    )
    return " ".join(log.stdout.split()) or "its log is empty"
