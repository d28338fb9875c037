"""Examinations of the node for its watcher, every two minutes. What takes long to look at is looked at every half hour."""

import json
import time
from typing import cast

from doctor.examination import CHECKS, Examination, examine
from node import atomic
from node.facts import place

# Checksums of all that was delivered, apt's plan, and every account's row.
SLOW = ("drift", "updates", "passwords")
SLOW_SECONDS = 1800
# Nobody waits for it, as somebody does for the doctor: a node that is busy is not one that does not answer.
PATIENCE_SECONDS = 30
KEPT = place("/run/imera-watch-node/slow.json")


def latest() -> Examination:
    """Examines the node, with what was found of late where that takes long. What was wrong is looked at again each time."""
    fast = examine({name: check for name, check in CHECKS.items() if name not in SLOW}, PATIENCE_SECONDS)
    slow = kept() or examined_slowly()
    return {
        **fast,
        "findings": [*fast["findings"], *slow["findings"]],
        "broken": [*fast["broken"], *slow["broken"]],
    }


def kept() -> Examination | None:
    """Gives what was found of late; None: nothing, or something wrong, whose end is not to be told late."""
    try:
        age_seconds = time.time() - KEPT.stat().st_mtime
        found = cast(Examination, json.loads(KEPT.read_text()))
        is_well = not found["broken"] and all(finding["severity"] == "ok" for finding in found["findings"])
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return found if is_well and 0 <= age_seconds < SLOW_SECONDS else None


def examined_slowly() -> Examination:
    """Looks at what takes long, and keeps what it finds."""
    found = examine({name: CHECKS[name] for name in SLOW}, PATIENCE_SECONDS)
    atomic.write(KEPT, json.dumps(found), 0o600)
    return found
