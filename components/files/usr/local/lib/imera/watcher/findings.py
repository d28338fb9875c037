"""Findings of the node's examination of itself, which a timer makes as root and leaves in a file."""

import json
import pathlib
import time
from collections.abc import Iterator

from .subject import Subject

FILE = pathlib.Path("/run/imera-watch-node/examination.json")
PREFIX = "finding "
# A timer makes one every two minutes; a busy node takes its time.
OLD_SECONDS = 600
# What the probes see from outside, and tell sooner.
PROBED = ("node-ejabberd", "node-database", "node-certificate:", "port-", "login")
MANY = 30
# Nothing else of it is sudden: two examinations in a row see it.
PATIENCE_SECONDS, SUDDEN_PATIENCE_SECONDS = 150, 20
SUDDEN = ("node-disk",)


def read(node: str, file: pathlib.Path = FILE) -> Iterator[tuple[Subject, str | None]]:
    """Lists the findings: each a subject with what is wrong, None where nothing is."""
    itself = subject(f"{PREFIX}examination on {node}", "nothing; but troubles in the making are not seen")
    try:
        age_seconds = time.time() - file.stat().st_mtime
        examination = json.loads(file.read_text(encoding="utf-8"))
        found = [(str(each["id"]), str(each["severity"]), each) for each in examination["findings"]]
    except (OSError, ValueError, LookupError, TypeError) as error:
        yield itself, f"its findings cannot be read: {error}"
        return
    if age_seconds > OLD_SECONDS:
        yield itself, f"its findings are {int(age_seconds)} s old: see 'systemctl status imera-watch-node.timer'"
        return
    broken = "; ".join(f"{each['check']}: {each['why']}" for each in examination.get("broken", []))
    yield itself, broken or None
    wrong = [(name, finding) for name, severity, finding in found if severity != "ok" and not name.startswith(PROBED)]
    for name, finding in wrong[:MANY]:
        meaning = str(finding.get("meaning", "")).rstrip(".") or "nothing yet"
        todo = finding.get("command") or finding.get("advice") or ""
        detail = f"{finding.get('seen', '')}{f'. On the node: {todo}' if todo else ''}"
        yield subject(f"{PREFIX}{name} on {node}", meaning[:1].lower() + meaning[1:]), detail


def subject(name: str, meaning: str = "") -> Subject:
    """Makes the subject of a finding, named "finding ID on NODE". meaning: what users notice."""
    finding, _, node = name.removeprefix(PREFIX).rpartition(" on ")
    what = finding.replace("-", " ").replace(":", ": ")
    patience_seconds = SUDDEN_PATIENCE_SECONDS if finding in SUDDEN else PATIENCE_SECONDS
    return Subject(
        name,
        f"{node}: {what}",
        f"{node}: no longer: {what}",
        meaning or "see its beginning",
        "findings",
        patience_seconds,
        (),
        patience_seconds,
        is_seen_elsewhere=False,
    )
