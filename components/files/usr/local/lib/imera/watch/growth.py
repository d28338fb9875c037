"""Growth of what is on the node's disks, as samples of an hour each show it."""

import os
import pathlib
import statistics
import time
from typing import TypedDict, cast

from node import atomic, documents
from node.facts import ROOT, data, facts, place

FILE = place("/var/lib/imera/disk-growth.json")
SAMPLE_SECONDS = 3600
# A week shows what grows, and forgets what was brought in at once, such as an import.
KEEP_SECONDS = 7 * 86400
DAY_SECONDS = 86400
# Of days that end an hour apart. Fewer are chance.
JUDGED_DAYS = 24


class Samples(TypedDict):
    """Content of the file: by file system, times in seconds since 1970 with the bytes that were used then, oldest first."""

    samples: dict[str, list[tuple[float, int]]]


def disks() -> dict[str, pathlib.Path]:
    """Lists the file systems that grow, by name."""
    return {"/": ROOT, facts()["mountPoint"]: data()}


def take_sample() -> None:
    """Takes a sample, where the last one is an hour old or older. A damaged file is begun anew."""
    try:
        samples = read()
    except documents.Unreadable:
        samples = {}
    now = time.time()
    if all(samples.get(name) and now - samples[name][-1][0] < SAMPLE_SECONDS for name in disks()):
        return
    kept = {
        name: [*(each for each in samples.get(name, []) if 0 < now - each[0] < KEEP_SECONDS), (now, used(path))]
        for name, path in disks().items()
    }
    atomic.write_json(FILE, {"samples": kept})


def read() -> dict[str, list[tuple[float, int]]]:
    """Reads the samples. Raises Unreadable for a damaged file."""
    try:
        return cast(Samples, documents.read(FILE, f"delete {FILE}: samples are taken anew"))["samples"]
    except FileNotFoundError:
        return {}
    except LookupError as error:
        raise documents.Unreadable(f"{FILE} cannot be read", "it has no samples", f"delete {FILE}") from error


def used(path: pathlib.Path) -> int:
    """Gives the bytes that are used on a file system."""
    status = os.statvfs(path)
    return status.f_frsize * (status.f_blocks - status.f_bfree)


def free(path: pathlib.Path) -> int:
    """Gives the bytes that are left on a file system."""
    status = os.statvfs(path)
    return status.f_frsize * status.f_bavail


def daily_bytes(samples: list[tuple[float, int]]) -> float | None:
    """Gives by how much a file system grows a day: the median over all days that end at a sample, so that neither what comes and goes
    each day nor what was brought in at once counts. None: there are too few samples.
    """
    days = [
        later_bytes - earlier_bytes
        for later, later_bytes in samples
        for earlier, earlier_bytes in samples
        if abs(later - earlier - DAY_SECONDS) < SAMPLE_SECONDS / 2
    ]
    return statistics.median(days) if len(days) >= JUDGED_DAYS else None
