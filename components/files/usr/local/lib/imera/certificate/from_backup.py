"""Certificates in the backups of the files: of what ejabberd served at each time."""

import json
from collections.abc import Iterator

from node import timestamps
from node.restic import restic
from node.trouble import Trouble

from . import served
from .bundle import Broken, Bundle, parse

TIMEOUT_SECONDS = 60


def bundles() -> Iterator[Bundle]:
    """Gives what is whole in the snapshots, the newest first, of ever fewer of the older ones. Ends where the store is silent."""
    try:
        for snapshot in spaced(snapshots()):
            text = restic(
                "dump", "--quiet", "--no-lock", snapshot, str(served.file()), timeout_seconds=TIMEOUT_SECONDS
            ).stdout
            try:
                found = parse(text)
            except Broken:
                continue
            if not found.fault():
                yield found
    except (Trouble, OSError, ValueError):
        return


def snapshots() -> list[str]:
    """Lists the snapshots' ids, the newest first. Raises Trouble, OSError or ValueError."""
    listed = restic("snapshots", "--json", "--no-lock", timeout_seconds=TIMEOUT_SECONDS).stdout
    newest_first = sorted(json.loads(listed), key=lambda one: timestamps.parse(one["time"]), reverse=True)
    return [one["id"] for one in newest_first]


def spaced(items: list[str]) -> list[str]:
    """Picks the 1st, 2nd, 4th, 8th and so on: a snapshot is made within a minute of each change, so the newest may all be spoilt."""
    return [items[2**power - 1] for power in range(len(items).bit_length())]
