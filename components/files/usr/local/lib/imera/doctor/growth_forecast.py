"""Disks: none is full before somebody has had time to enlarge it."""

import pathlib

from watch import growth

from .finding import Finding, failure, warning, well

WARNING_DAYS, FAILURE_DAYS = 14, 3
GIBIBYTE = 1024**3


def look() -> list[Finding]:
    """Gives the disks that will be full within days, by their growth of the last week. Raises Trouble where that cannot be read."""
    samples = growth.read()
    found = [
        finding
        for name, path in growth.disks().items()
        if (finding := forecast(name, path, growth.daily_bytes(samples.get(name, [])))) is not None
    ]
    return found or [well("disk-forecast", "no disk is full within 14 days, as far as the last week's growth shows")]


def forecast(name: str, path: pathlib.Path, daily_bytes: float | None) -> Finding | None:
    """Gives the finding that a disk will be full soon; None: it will not, or that is not known yet."""
    if daily_bytes is None or daily_bytes <= 0:
        return None
    left = growth.free(path)
    days = left / daily_bytes
    if days >= WARNING_DAYS:
        return None
    make = failure if days < FAILURE_DAYS else warning
    todo = (
        "'du -xh --max-depth 2 / | sort -h | tail' on the node shows what grows"
        if name == "/"
        else "enlarge the volume by imera:volumeSizeGiB, or give messages and uploads an end (docs/configuration.md)"
    )
    return make(
        f"disk-forecast:{name}",
        seen=f"{daily_bytes / GIBIBYTE:.2f} GiB a day are added, and {left / GIBIBYTE:.1f} GiB are left: {days:.0f} days",
        wanted=f"{WARNING_DAYS} days or more",
        meaning="A full disk stops the database, and with it every message.",
        advice=todo,
    )
