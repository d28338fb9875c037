"""Drills: not long ago, somebody has seen that the backups can be restored."""

import json

from backup import state
from node import documents, timestamps
from node.facts import is_drill, place

from .finding import Finding, warning, well

# Left by the operator's command when a drill has ended well: {"at": RFC 3339}.
RECORD = place("/var/lib/imera/drill.json")
SECRETS = place("/etc/imera/watch-secrets.json")
LATE_DAYS = 10


def look() -> list[Finding]:
    """Gives that the last drill is long ago. Raises Trouble where its record cannot be read."""
    if is_drill():
        return []
    last = last_drill()
    begun = state.load().get("enabledAt")
    since = last or begun
    if since is None or timestamps.age_seconds(since) < LATE_DAYS * 86400:
        return [well("drill", f"the last one was at {last}" if last else "none was made yet, nor is one due")]
    if has_switch():
        # Drills that are made elsewhere, without access to the node, are known there.
        return [well("drill", "the dead man's switch watches over them")]
    return [
        warning(
            "drill",
            seen=f"the last one was at {last}" if last else f"none was made since {begun}",
            wanted=f"one in {LATE_DAYS} days",
            meaning="Nobody knows whether what is in the backups can be restored.",
            advice="'npm run drill -- --stack STACK' restores the newest one on throw-away hosts",
        )
    ]


def last_drill() -> str | None:
    """Gives the time of the last drill that ended well, in RFC 3339; None: the node knows of none."""
    try:
        at = documents.read(RECORD, f"delete {RECORD}: the next drill writes it anew").get("at")
    except FileNotFoundError:
        return None
    return at if isinstance(at, str) else None


def has_switch() -> bool:
    """Whether a dead man's switch is told of drills."""
    try:
        return bool(json.loads(SECRETS.read_text()).get("deadManSwitchUrl"))
    except (OSError, ValueError, AttributeError):
        return False
