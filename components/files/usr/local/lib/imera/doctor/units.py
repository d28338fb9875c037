"""Units of systemd: none has failed, those that a node lives by run, and start with the machine."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from node.commands import run
from node.facts import is_drill, place

from .finding import Finding, failure, warning, well

TIMEOUT_SECONDS = 5
# Without these nothing is renewed, saved, told or shut. A drill has none.
RUNNING = {
    "certbot.timer": "The certificate is not renewed.",
    "imera-backup.timer": "No more backups are made.",
    "imera-backup-files.timer": "Uploads are not saved.",
    "imera-backup-watch.timer": "The administrator is not told when backups fail.",
    "imera-retention.timer": "What the settings say is to end is kept.",
    "imera-upgrade.timer": "Updates of PostgreSQL are not installed.",
    "imera-watch-node.timer": "Troubles in the making become no alarms.",
    "imera-wall.service": "The cloud firewall alone keeps strangers off.",
    "imera-watch.service": "The node does not watch itself: nobody is alarmed from here.",
}
# What health looks at while it runs, and Debian's own timers.
STARTING = {
    "ejabberd.service": "After the next reboot nobody can log in.",
    "postgresql.service": "After the next reboot nobody can log in.",
    "apt-daily.timer": "Security updates are not found.",
    "apt-daily-upgrade.timer": "Security updates are not installed.",
}
WATCH = place("/etc/imera/watch.json")
EXPLAINS = {"certbot.timer": ("node-renewal",), "imera-wall.service": ("wall",)}


class State(NamedTuple):
    """State of a unit in systemd's words. active: such as "inactive". enabled: such as "masked"; empty for one that is not there."""

    active: str
    enabled: str


def look() -> list[Finding]:
    """Gives the units that have failed or do not run. Raises Trouble where systemd does not answer."""
    found = [*failed(), *stopped()]
    return found or [well("units", f"none has failed; {len(running())} run that have to")]


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
    """Gives the units that do not run though they have to, or that the next boot would not start."""
    if is_drill():
        return
    states = read_states([*running(), *STARTING])
    for name, meaning in {**running(), **STARTING}.items():
        state = states[name]
        # One that has failed is told of already, and one that starts is on its way.
        is_down = name in running() and state.active not in ("active", "failed", "activating", "reloading")
        if not is_down and state.enabled not in ("disabled", "masked", "masked-runtime", ""):
            continue
        yield warning(
            f"unit-down:{name}" if is_down else f"unit-disabled:{name}",
            seen=f"{state.active or 'unknown'}, {state.enabled or 'not there'}",
            wanted="active, enabled" if name in running() else "enabled",
            meaning=meaning,
            command=f"systemctl unmask {name}; systemctl enable --now {name}",
            explains=(f"unit-failed:{name}", *EXPLAINS.get(name, ())),
        )


def running() -> dict[str, str]:
    """Gives the units that have to run, each with what it means where one does not. A node on which nobody is alarmed watches nothing."""
    return {name: meaning for name, meaning in RUNNING.items() if name != "imera-watch.service" or WATCH.exists()}


def read_states(names: list[str]) -> dict[str, State]:
    """Gives the states of units. Raises Trouble where systemd does not answer."""
    shown = run(
        ["systemctl", "show", "--property=ActiveState", "--property=UnitFileState", *names],
        what="systemd did not answer",
        timeout_seconds=TIMEOUT_SECONDS,
    )
    # A paragraph a unit, in the order in which they were asked for.
    parts = [dict(re.findall(r"^(\w+)=(.*)$", part, re.MULTILINE)) for part in shown.stdout.strip().split("\n\n")]
    states = [State(part.get("ActiveState", ""), part.get("UnitFileState", "")) for part in parts]
    return dict(zip(names, states, strict=True))


def last_words(name: str) -> str:
    """Gives the last line that a unit logged."""
    log = run(
        ["journalctl", "--unit", name, "--lines", "1", "--output", "cat", "--no-pager"],
        what="the journal did not answer",
        timeout_seconds=TIMEOUT_SECONDS,
    )
    return " ".join(log.stdout.split()) or "its log is empty"
